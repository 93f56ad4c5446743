import { type CommandRule, rule } from './rule.ts';

/** Places that people who steal data send it to, or that carry commands back. */
export const DROP_HOSTS: RegExp =
  /\b(?:file\.io|transfer\.sh|0x0\.st|gofile\.io|anonfiles?\.com|bashupload\.com|temp\.sh|tmpfiles\.org|catbox\.moe|ufile\.io|webhook\.site|requestbin\.\w+|pipedream\.net|hookb\.in|beeceptor\.com|burpcollaborator\.net|oastify\.com|oast\.(?:fun|me|pro|live|site|online)|interact\.sh|interactsh\.com|dnslog\.cn|ceye\.io|canarytokens\.com|pastebin\.com|paste\.ee|hastebin\.com|ghostbin\.\w+|termbin\.com|ix\.io|sprunge\.us|rentry\.co|discord(?:app)?\.com\/api\/webhooks|api\.telegram\.org|mega\.nz|anonymousfiles\.io|send\.vis\.ee|wormhole\.app|pixeldrain\.com)\b/i;

/** Pools and protocols of coin mining. */
export const MINING: RegExp =
  /stratum\d?\+(?:tcp|ssl|tls|udp)|\b(?:minexmr|supportxmr|nanopool|2miners|moneroocean|c3pool|f2pool|hashvault|unmineable|nicehash|herominers|xmrpool|poolbinance|antpool|viabtc|ethermine|flypool|dwarfpool|monerohash|zergpool|miningpoolhub|prohashing|kryptex|xmr\.pt|pool\.minergate|crypto-pool|monerop)\.\w|--donate-level|--(?:coin|algo)[= ](?:monero|xmr|rx\/|cn\/|randomx|cryptonight|kawpow|ethash|argon2)|--randomx|--nicehash|--cpu-max-threads-hint|--cuda-?(?:devices|bfactor)|(?:^| )-a (?:cryptonight|rx\/0|randomx|kawpow|ethash|cn\/r|yespower)/i;

/** Rules about listening, tunnelling, mining, sending out. */
export const NETWORK_RULES: readonly CommandRule[] = [
  rule('listen_raw', 'network_tunnel', 'LOW', 'nc ncat', 'a raw port is opened', { all: [/(?:^| )-[a-km-zA-Z]*l[a-zA-Z]*(?: |$)|--listen/] }),
  rule('connect_raw', 'network_tunnel', 'LOW', 'nc ncat', 'a raw connection is made', {
    all: [/(?:^| )(?:\d{1,3}\.){3}\d{1,3} \d{1,5}(?: |$)/],
    none: [/(?:^| )-[a-zA-Z]*z/],
  }),
  rule('sweep_raw', 'network_scan', 'MEDIUM', 'nc ncat', 'ports are scanned', { all: [/(?:^| )-[a-zA-Z]*z/, / \d{1,5}-\d{1,5}(?: |$)/] }),
  rule('tunnel_reverse', 'network_tunnel', 'MEDIUM', 'ssh autossh plink dbclient', 'a port is opened on another host that leads back here', {
    all: [/(?:^| )-[a-zA-QS-Z]*R ?(?:[^\s:]{1,64}:)?\d/],
    none: [/^-[a-zA-Z]*R \S+:\d+$/],
  }),
  rule('tunnel_socks', 'network_tunnel', 'LOW', 'ssh autossh', 'a proxy through another host is opened', {
    all: [/(?:^| )-[a-zA-CE-Z]*D ?(?:[^\s:]{1,64}:)?\d/, /(?:^| )-[a-zA-Z]*[fN]/],
  }),
  rule(
    'tunnel_tool',
    'network_tunnel',
    'HIGH',
    'ligolo ligolo-ng ligolo-agent iodine iodined dnscat dnscat2 ptunnel ptunnel-ng icmptunnel dns2tcpc dns2tcpd revsocks gs-netcat gsocket stowaway lcx htran regeorg neoregeorg venom-agent rpivot pingtunnel',
    'a tunnelling tool is run',
  ),
  rule('tunnel_reverse_tool', 'network_tunnel', 'MEDIUM', 'chisel frpc npc', 'a tunnel back into this network is opened', {
    all: [/client|server|(?:^| )(?:-c|-s|-server)[ =]|--config/],
    none: [/--help|--version|verify/],
  }),
  rule(
    'tunnel_service',
    'network_tunnel',
    'MEDIUM',
    'ngrok bore frps gost localtunnel lt pagekite localxpose playit cloudflared',
    'a tunnel to the inside is opened',
    {
      all: [/\b(?:tcp|http|tls|start|tunnel|client|local|-L|-c|--url)\b/],
      none: [/^(?:local|tunnel (?:login|list|create|delete|route|info|cleanup)|--?help|version|update|server)/],
    },
  ),
  rule('tor_service', 'network_tunnel', 'LOW', 'systemctl service', 'an anonymiser is started', {
    all: [/(?:^| )start(?: |$)/, /(?:^| )tor(?:@\w{1,32})?(?:\.service)?(?: |$)/],
  }),
  rule('lookup_carrier', 'network_tunnel', 'MEDIUM', 'whois finger', 'a lookup tool is pointed at a port of its own', {
    all: [/(?:^| )-[a-zA-Z]*h/, /(?:^| )-p ?\d/],
  }),
  rule('tor', 'network_tunnel', 'LOW', 'tor psiphon psiphon3 i2prouter', 'an anonymiser is run', { none: [/--(?:version|help|verify-config|hash-password)/] }),
  rule(
    'tls_back_channel',
    'reverse_shell',
    'CRITICAL',
    'openssl',
    'an encrypted channel is opened to a bare address on a port that handlers of stolen shells use',
    {
      all: [/^s_client /, /-connect (?:\d{1,3}\.){3}\d{1,3}:(?:4{4}|4443|1234|1337|31337|9001|9999|6666|7777|5555|8{4}|4242|4445)(?: |$)/],
      none: [/-showcerts|-servername|-brief|-starttls|-verify/],
    },
  ),
  rule('tls_listener', 'network_tunnel', 'LOW', 'openssl', 'an encrypted listener is opened', { all: [/^s_server /], none: [/-www\b|-HTTP\b/i] }),
  rule('x_back_channel', 'reverse_shell', 'CRITICAL', 'xterm rxvt urxvt', 'a terminal is opened on the screen of another host', {
    all: [/-display (?:\d{1,3}\.){3}\d{1,3}:\d|-display [\w-]+\.[\w.-]+:\d/],
  }),
  rule(
    'mining',
    'crypto_miner',
    'CRITICAL',
    'xmrig xmr-stak xmrminer minerd cpuminer ccminer ethminer cgminer bfgminer nbminer t-rex lolminer phoenixminer gminer teamredminer srbminer-multi nanominer claymore kinsing kdevtmpfsi xmrigdaemon wildrig xmr-stak-cpu minergate cpuminer-multi verthashminer cryptonight',
    'a coin miner is run',
  ),
  rule('miner_tuning', 'crypto_miner', 'LOW', 'sysctl', 'memory is prepared the way coin miners do', { all: [/vm\.nr_hugepages ?=/] }),
  rule('miner_msr', 'crypto_miner', 'MEDIUM', 'wrmsr', 'processor registers are changed the way coin miners do', { all: [/0x1a4|0xc0011020/] }),
  rule('send_drop', 'data_exfiltration', 'HIGH', 'curl wget http', 'data is sent to a drop site', {
    all: [DROP_HOSTS, /(?:^| )(?:-F|-T|--form|--upload-file|-d|--data(?:-\w+)?|--post-(?:file|data)|--body-\w+|-X ?P(?:OS|U)T)[ =]?/],
  }),
  rule('send_file', 'data_exfiltration', 'MEDIUM', 'wget', 'a file is posted to another host', {
    all: [/--(?:post|body)-file/],
    none: [/https?:\/\/(?:localhost|127\.|\[::1\])/],
  }),
  rule('send_data', 'data_exfiltration', 'LOW', 'wget', 'data is posted and the answer thrown away', {
    all: [/--post-data/, /--delete-after|-O ?(?:-|\/dev\/null)|--spider|-q/],
  }),
  rule('send_form_file', 'data_exfiltration', 'LOW', 'curl', 'a file is sent to another host', {
    all: [/(?:^| )(?:-F|--form) ?["']?\w+=@|(?:^| )(?:-T|--upload-file)[ =]\S|--data-binary[ =]@/],
    none: [/localhost|127\.0\.0\.1/],
  }),
  rule('send_encoded_host', 'data_exfiltration', 'MEDIUM', 'curl wget dig nslookup host ping', 'a name that carries encoded data is asked', {
    all: [/(?:^|[\s/])[A-Za-z0-9+]{12,}={1,2}\.[a-z]/],
  }),
  rule('send_ping', 'data_exfiltration', 'MEDIUM', 'ping hping3 nping', 'data is sent inside pings', {
    all: [/(?:^| )-p (?:\$|[0-9a-f]{8,})|--data(?:-string)?|--file|-E /],
    none: [/-p \d{1,5}(?: |$)/],
  }),
  rule('send_cloud', 'data_exfiltration', 'LOW', 'rclone megaput mega-put megacmd', 'data is copied to a cloud store', {
    all: [/\b(?:copy|sync|move|copyto)\b/],
  }),
  rule('fetch_to_memory', 'download_cradle', 'MEDIUM', 'curl wget fetch aria2c', 'something is fetched into a memory-only folder', {
    all: [/\/dev\/shm\/|\/run\/shm\//],
  }),
  rule('fetch_bare_address', 'download_cradle', 'MEDIUM', 'curl wget fetch tftp ftpget', 'a program is fetched from a bare address', {
    all: [
      /(?:https?:\/\/|^|\s)(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\//,
      /\.(?:sh|elf|bin|py|pl|so|x86(?:_64)?|arm\d?|mips|mpsl|ko|php|jsp)(?:$|[\s"'?;])|\/(?:x86|arm|mips|i[3-6]86)\w{0,8}(?:$|\s)/,
    ],
    none: [/\/\/(?:127\.|10\.0\.2\.2|192\.168\.\d+\.\d+:\d+\/(?:api|health))/],
  }),
  rule('fetch_to_scratch', 'download_cradle', 'LOW', 'curl wget fetch', 'something is fetched into a scratch folder', {
    all: [/(?:-o|-O|--output|--output-document|-P)[ =]?\/(?:tmp|var\/tmp)\//],
  }),
  rule('fetch_onion', 'network_tunnel', 'MEDIUM', 'curl wget', 'a hidden service is asked', { all: [/\.onion\b/] }),
  rule('public_address', 'host_discovery', 'LOW', 'curl wget http dig', 'the public address of this host is asked', {
    all: [
      /\b(?:ipinfo\.io|ifconfig\.(?:me|co|io)|icanhazip\.com|ipecho\.net|api\.ipify\.org|ip-api\.com|checkip\.(?:amazonaws|dyndns)\.\w+|ident\.me|ipapi\.co|whatismyip\.\w+|myip\.opendns\.com|ipwho\.is|wtfismyip\.com)\b/,
    ],
  }),
  rule('serve_scratch', 'network_tunnel', 'LOW', 'python php ruby', 'a folder is served to the network', {
    all: [/(?:http\.server|SimpleHTTPServer|-S 0\.0\.0\.0|-run -e httpd)/],
  }),
  rule('name_server', 'data_exfiltration', 'MEDIUM', 'dig nslookup host', 'a name is built from data', {
    all: [/\$\(\)\.|\$\{?\w+\}?\.[\w-]+\.\w|\$[a-z]\w*\.[a-z]/],
    none: [/@\$|^\$\w+$/],
  }),
  rule('encrypt_archive', 'data_staging', 'LOW', 'zip 7z 7za rar', 'an archive is locked with a password on the command line', {
    all: [/(?:^| )(?:-P ?\S|--password[= ]\S|-p\S+|-hp\S+)/],
  }),
  rule('encrypt_file', 'data_staging', 'LOW', 'openssl', 'a file is encrypted with a password on the command line', {
    all: [/^(?:enc|aes-|des)/, /(?:^| )-(?:pass |k |K )/, /(?:^| )-in /],
    none: [/(?:^| )-d(?: |$)/],
  }),
  rule('encrypt_key', 'data_staging', 'LOW', 'openssl', 'a file is encrypted with a public key', {
    all: [/^(?:rsautl|pkeyutl|smime|cms) /, /(?:^| )-encrypt/, /(?:^| )-in /],
  }),
  rule('encrypt_gpg', 'data_staging', 'LOW', 'gpg gpg2', 'a file is encrypted without asking anyone', {
    all: [/--batch|--passphrase/, /(?:^| )(?:-[a-z]*c|--symmetric|-[a-z]*e|--encrypt)(?: |$)/],
  }),
  rule('encrypt_ccrypt', 'data_staging', 'MEDIUM', 'ccrypt ccencrypt', 'files are encrypted in place', {
    none: [/(?:^| )(?:-d|-c|--decrypt|--cat)(?: |$)/],
  }),
  rule('archive_homes', 'data_staging', 'LOW', 'tar zip 7z rar', 'homes or logs are packed', {
    all: [/(?:^| )(?:\/(?:home|root|etc)\/?|~\/(?:\$\w+|\.ssh|Documents)?|\/var\/log\/\{?[wb]\S*|\/home\/\S+)(?: |$)/],
    none: [/(?:^| )(?:-?[a-wyzA-Z]*x[a-zA-Z]*|--extract|-[a-su-zA-Z]*t)(?: |$)|--exclude/],
  }),
];
