/** True for the registered domains of large services, whose names under them are made by machines and are many. */
export const isCommonDomain = (base: string): boolean => COMMON.has(base.toLowerCase());

const COMMON = new Set(
  [
    'google.com googleapis.com googleusercontent.com googlevideo.com gstatic.com youtube.com ytimg.com ggpht.com doubleclick.net',
    'facebook.com fbcdn.net instagram.com whatsapp.net twitter.com x.com twimg.com linkedin.com licdn.com',
    'amazon.com amazonaws.com cloudfront.net awsstatic.com microsoft.com windows.com windows.net azure.com azureedge.net office.com',
    'office365.com outlook.com live.com skype.com microsoftonline.com windowsupdate.com msftncsi.com apple.com icloud.com mzstatic.com',
    'akamai.net akamaiedge.net akamaized.net edgekey.net edgesuite.net fastly.net cloudflare.com cloudflare.net netflix.com nflxvideo.net',
    'github.com githubusercontent.com gitlab.com docker.com docker.io npmjs.org pypi.org debian.org ubuntu.com fedoraproject.org',
    'wikipedia.org wikimedia.org yahoo.com bing.com reddit.com stackoverflow.com salesforce.com slack.com zoom.us dropbox.com',
    'mozilla.org mozilla.net mozilla.com letsencrypt.org digicert.com spotify.com scdn.co spamhaus.org sentry.io datadoghq.com',
  ]
    .join(' ')
    .split(' '),
);
