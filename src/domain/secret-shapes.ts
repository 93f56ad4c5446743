import type { Severity } from './severity.ts';

/** A kind of secret that is told by its form alone. */
export type SecretShape = {
  readonly name: string;
  readonly severity: Severity;
  /** Literals one of which is in every match: text without them is not searched. Lower case. */
  readonly has: readonly string[];
  readonly pattern: RegExp;
};

const shape = (name: string, severity: Severity, has: string | readonly string[], pattern: RegExp): SecretShape => ({
  name,
  severity,
  has: typeof has === 'string' ? [has] : has,
  pattern,
});

/** Forms of keys and tokens, from the public documentation of those who issue them. Every pattern is linear and bounded. */
export const SECRET_SHAPES: readonly SecretShape[] = [
  shape('private key', 'CRITICAL', 'private key', /-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----/),
  shape('AWS access key', 'CRITICAL', ['akia', 'asia', 'abia', 'acca'], /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/),
  shape('AWS secret key', 'CRITICAL', 'aws', /\baws.{0,20}(?:secret|sk).{0,20}["'\s:=]([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])/i),
  shape(
    'GitHub token',
    'CRITICAL',
    ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    /\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255})/,
  ),
  shape('GitLab token', 'CRITICAL', ['glpat-', 'gldt-', 'glrt-', 'glptt-'], /\bgl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{20,255}/),
  shape('Slack token', 'CRITICAL', 'xox', /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}/),
  shape('Slack webhook', 'HIGH', 'hooks.slack.com', /hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/]{20,120}/),
  shape('Discord webhook', 'HIGH', '/api/webhooks/', /discord(?:app)?\.com\/api\/webhooks\/\d{5,25}\/[\w-]{20,120}/),
  shape(
    'Stripe key',
    'CRITICAL',
    ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'whsec_'],
    /\b(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}|whsec_[A-Za-z0-9]{24,255})/,
  ),
  shape('Google API key', 'CRITICAL', 'aiza', /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/),
  shape('Google OAuth token', 'CRITICAL', ['ya29.', 'gocspx-'], /\b(?:ya29\.[A-Za-z0-9_-]{20,500}|GOCSPX-[A-Za-z0-9_-]{20,60})/),
  shape('Google service account', 'CRITICAL', 'service_account', /"type"\s{0,8}:\s{0,8}"service_account"/),
  shape('SendGrid key', 'CRITICAL', 'sg.', /\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}/),
  shape('Mailgun key', 'CRITICAL', 'key-', /\bkey-[0-9a-f]{32}\b/),
  shape('Mailchimp key', 'CRITICAL', '-us', /\b[0-9a-f]{32}-us\d{1,2}\b/),
  shape('Twilio key', 'HIGH', ['sk', 'ac'], /\b(?:SK|AC)[0-9a-f]{32}\b/),
  shape('Heroku key', 'HIGH', 'heroku', /heroku.{0,40}\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/i),
  shape(
    'Square token',
    'CRITICAL',
    ['sq0atp-', 'sq0csp-', 'sq0idp-', 'eaaa'],
    /\b(?:sq0(?:atp|idp)-[A-Za-z0-9_-]{20,30}|sq0csp-[A-Za-z0-9_-]{40,50}|EAAA[A-Za-z0-9_-]{60}(?![A-Za-z0-9_-]))/,
  ),
  shape('Shopify token', 'CRITICAL', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b/),
  shape('npm token', 'CRITICAL', 'npm_', /\bnpm_[A-Za-z0-9]{36}\b/),
  shape('PyPI token', 'CRITICAL', 'pypi-', /\bpypi-[A-Za-z0-9_-]{50,300}/),
  shape('RubyGems key', 'CRITICAL', 'rubygems_', /\brubygems_[0-9a-f]{48}\b/),
  shape('Docker token', 'CRITICAL', ['dckr_pat_', 'dckr_oat_'], /\bdckr_[po]at_[A-Za-z0-9_-]{20,64}/),
  shape('DigitalOcean token', 'CRITICAL', ['dop_v1_', 'doo_v1_', 'dor_v1_'], /\bdo[por]_v1_[0-9a-f]{64}\b/),
  shape('OpenAI key', 'CRITICAL', 'sk-', /(?<![A-Za-z0-9_-])sk-(?:(?:proj|svcacct|admin|ant|or)-[A-Za-z0-9_-]{20,200}|[A-Za-z0-9]{20,64}\b)/),
  shape('Hugging Face token', 'CRITICAL', 'hf_', /\bhf_[A-Za-z0-9]{30,64}\b/),
  shape('Databricks token', 'CRITICAL', 'dapi', /\bdapi[0-9a-f]{32}\b/),
  shape('Vault token', 'CRITICAL', ['hvs.', 'hvb.'], /\bhv[sb]\.[A-Za-z0-9_-]{24,300}/),
  shape('Terraform Cloud token', 'CRITICAL', 'atlasv1', /\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,80}/),
  shape('Grafana token', 'CRITICAL', ['glsa_', 'glc_'], /\bgl(?:sa_[A-Za-z0-9]{32}_[0-9a-f]{8}|c_[A-Za-z0-9+/=]{32,400})/),
  shape('New Relic key', 'CRITICAL', ['nrak-', 'nraa-'], /\bNRA[AK]-[A-Z0-9]{27}\b/),
  shape('Postman key', 'CRITICAL', 'pmak-', /\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b/),
  shape('Linear key', 'CRITICAL', 'lin_api_', /\blin_api_[A-Za-z0-9]{40}\b/),
  shape('Notion token', 'CRITICAL', ['ntn_', 'secret_'], /\b(?:ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43})\b/),
  shape('Telegram bot token', 'CRITICAL', ':aa', /\b\d{8,10}:AA[A-Za-z0-9_-]{32,35}\b/),
  shape('Facebook token', 'CRITICAL', 'eaacedeose0cba', /\bEAACEdEose0cBA[A-Za-z0-9]{10,300}/),
  shape('Dropbox token', 'CRITICAL', 'sl.', /\bsl\.[A-Za-z0-9_-]{130,160}/),
  shape('PayPal Braintree token', 'CRITICAL', 'access_token$', /access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}/),
  shape('Azure storage key', 'CRITICAL', 'accountkey=', /\bAccountKey=[A-Za-z0-9+/]{80,90}={0,2}/),
  shape('Cloudinary URL', 'CRITICAL', 'cloudinary://', /\bcloudinary:\/\/\d{6,20}:[A-Za-z0-9_-]{10,60}@[\w-]{1,60}/),
  shape(
    'password in a URL',
    'CRITICAL',
    '://',
    /\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|https?|ftp|ldaps?|smtp):\/\/[^\s:/@"']{1,64}:[^\s:/@"']{3,128}@[\w.-]{2,253}/i,
  ),
  shape('age secret key', 'CRITICAL', 'age-secret-key-1', /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/),
  shape('bearer token', 'HIGH', 'bearer', /\bBearer\s{1,4}[A-Za-z0-9_~+/.-]{20,4096}={0,2}/i),
  shape('basic credentials', 'HIGH', 'basic', /\bAuthorization["']?\s{0,4}:\s{0,4}["']?Basic\s{1,4}[A-Za-z0-9+/]{8,512}={0,2}/i),
  shape('signed token', 'HIGH', 'eyj', /(?<![\w-])eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,4096}/),
  shape('Firebase address', 'MEDIUM', 'firebaseio.com', /\bhttps:\/\/[\w-]{1,63}\.firebaseio\.com\b/),
];
