import { createDice, type Dice, type Timed } from './traffic.ts';

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Safari/605.1.15',
  'Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36',
] as const;
const CRAWLERS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
  'DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)',
] as const;

// What people look for: words of query languages, quotes, units, markup in the name of a thing.
const SEARCHES = [
  'select shoes from union square',
  'drop leaf table',
  "o'brien family tree",
  '5\' 11" curtain rod',
  'rock & roll t-shirt',
  'how to insert a row into a table where id is null',
  'order by phone',
  'C++ std::vector<int> example',
  'script font for wedding <3',
  'create user guide',
  '100% cotton; size m',
  'and or not logic gates',
  'like a rolling stone -- live',
  'exec chair (black)',
  'union jack mug',
  'javascript alert box',
  'having trouble with delete key',
  'update my address',
  'bash shell scripting book',
  'cat food && dog food',
  'ping pong table 1=1 scale?',
  'sleep mask',
  'group by color',
  'concat two strings excel',
  "rock 'n' roll",
  'café crème brûlée',
  'схема сборки',
  '日本語 テスト',
  'price > 100 and < 200',
  'where is my order #12345?',
  '$PATH variable not found',
  'a|b testing tools',
  '../ in relative paths explained',
  'eval board stm32',
  'system of a down',
  'id card holder',
  'cmd key mac',
  'passwd reset',
  "men's jacket (xl) or women's",
] as const;
const WIKI = [
  'Main_Page',
  'SQL',
  'Select_(SQL)',
  'Union_(set_theory)',
  'Cross-site_scripting',
  'C%2B%2B',
  'AC/DC',
  'Special:RecentChanges',
  'Talk:Main_Page',
  'User:Ana/common.js',
  'Passwd',
  'Bobby_Tables',
  'Path_traversal',
  'File:Logo.svg',
  'Help:Editing#Tables',
  'Drop_(liquid)',
] as const;
const PRODUCTS = ['blue-jacket', 'coffee-mug', 'office-chair', 'table-lamp', 'union-jack-flag', 'script-pen', 'select-tea', 'shell-necklace'] as const;

type Client = { readonly ip: string; readonly agent: string; readonly id: number; readonly token: string };
type Request = { readonly method?: string; readonly target: string; readonly status?: number; readonly bytes?: number; readonly referer?: string };
type Visit = (dice: Dice, client: Client) => readonly Request[];

/** Access log (combined format) of several applications over one week, about `lines` lines, beginning at `start`. */
export const ordinaryWebLog = (seed: number, start: number, lines: number): readonly Timed[] => {
  const dice = createDice(seed);
  const weekMs = 7 * 86_400_000;
  const log: Timed[] = [];
  const add = (at: number, client: Client, request: Request): void => {
    log.push({ at, line: combined(dice, at, client, request) });
  };
  const people = Array.from({ length: 4000 }, (_, id): Client => ({ ip: addressOf(dice, id), agent: dice.pick(BROWSERS), id: 1000 + id, token: dice.hex(32) }));
  machines(dice, start, weekMs, Math.floor(lines * 0.3), add);
  while (log.length < lines) {
    const client = people[dice.below(people.length)];
    if (client === undefined) continue;
    let at = start + dice.below(weekMs);
    const visit = dice.pick(VISITS);
    for (let page = 1 + dice.below(6); page > 0; page--) {
      for (const request of visit(dice, client)) {
        add(at, client, request);
        at += 15 + dice.below(180);
      }
      at += 3000 + dice.below(40_000);
    }
  }
  return log;
};

const addressOf = (dice: Dice, id: number): string => {
  if (id % 3 === 0) return `2001:db8:${dice.hex(3)}:${dice.hex(2)}::${(id + 1).toString(16)}`;
  return `${dice.pick(['192.0.2', '198.51.100', '203.0.113'])}.${1 + dice.below(200)}`;
};

const q = encodeURIComponent;
const plus = (text: string): string => q(text).replaceAll('%20', '+');
const uuid = (dice: Dice): string => `${dice.hex(8)}-${dice.hex(4)}-4${dice.hex(3)}-a${dice.hex(3)}-${dice.hex(12)}`;

const withAssets = (dice: Dice, page: Request, assets: readonly [string, ...string[]]): readonly Request[] => [
  page,
  ...Array.from({ length: 2 + dice.below(5) }, () => ({
    target: dice.pick(assets),
    referer: `https://www.example.com${page.target}`,
    status: dice.chance(0.3) ? 304 : 200,
  })),
];

const shop: Visit = (dice, client) => {
  const assets = [
    '/static/app.4f3a9c1b.js',
    '/static/main.css?v=20240611',
    '/img/p/1/2/12-home_default.jpg',
    '/fonts/inter.woff2',
    '/favicon.ico',
    '/img/logo@2x.png',
  ] as const;
  const product = `/product/${dice.below(9000)}-${dice.pick(PRODUCTS)}.html`;
  return withAssets(
    dice,
    dice.pick<() => Request>([
      () => ({ target: product }),
      () => ({ target: `${product}?utm_source=newsletter&utm_medium=email&utm_campaign=spring%20sale%202024&gclid=EAIaIQob${dice.hex(24)}` }),
      () => ({ target: `/search?q=${plus(dice.pick(SEARCHES))}&sort=price&order=desc&page=${1 + dice.below(5)}` }),
      () => ({ target: `/category/tables?filter%5Bcolor%5D=red&filter%5Bprice%5D=10-100&order=product.price.asc` }),
      () => ({ target: `/category/lamps?color=red&color=blue&price=%3E%3D100&in_stock=1` }),
      () => ({ method: 'POST', target: '/cart/add', status: 302, referer: `https://www.example.com${product}` }),
      () => ({ method: 'POST', target: '/checkout/payment', status: dice.chance(0.1) ? 422 : 303 }),
      () => ({ target: `/account/orders/${client.id}${dice.below(9)}` }),
      () => ({ target: `/login?return_to=%2Faccount%2Forders%3Fpage%3D2` }),
      () => ({ target: `/out?url=https%3A%2F%2Fpartner.example.org%2Fdeal%3Fid%3D${dice.below(999)}`, status: 302 }),
      () => ({ target: `/p/old-${dice.below(99)}`, status: 404 }),
    ])(),
    assets,
  );
};

const wiki: Visit = (dice) =>
  withAssets(
    dice,
    dice.pick<() => Request>([
      () => ({ target: `/wiki/${dice.pick(WIKI)}` }),
      () => ({ target: `/index.php?title=${dice.pick(WIKI)}&action=${dice.pick(['edit', 'history', 'info', 'raw'])}` }),
      () => ({ target: `/index.php?search=${plus(dice.pick(SEARCHES))}&title=Special%3ASearch&profile=default&fulltext=1` }),
      () => ({ target: `/index.php?title=Main_Page&diff=${2000 + dice.below(99)}&oldid=${1000 + dice.below(99)}` }),
      () => ({ target: `/api.php?action=query&list=search&srsearch=${q(dice.pick(SEARCHES))}&format=json&origin=*` }),
      () => ({ method: 'POST', target: `/index.php?title=${dice.pick(WIKI)}&action=submit`, status: 302 }),
    ])(),
    [
      '/load.php?lang=en&modules=startup&only=scripts&raw=1&skin=vector-2022',
      '/load.php?lang=en&modules=site.styles%7Cskins.vector.styles&only=styles',
      '/resources/assets/wiki.png',
    ],
  );

const api: Visit = (dice, client) => {
  const json = JSON.stringify({ status: 'open', page: dice.below(9), sort: ['-created_at', 'id'], owner: { $eq: client.id }, name: dice.pick(SEARCHES) });
  return [
    dice.pick<() => Request>([
      () => ({ target: `/api/v1/orders/${uuid(dice)}` }),
      () => ({ target: `/api/v1/users/${client.id}` }),
      () => ({ target: `/api/v1/users/me` }),
      () => ({ method: 'PATCH', target: `/api/v1/users/${client.id}/settings` }),
      () => ({ target: `/api/v2/items?filter=${q(json)}&limit=50` }),
      () => ({ target: `/api/v2/items?fields=id,name,price&include=vendor.address&page%5Bsize%5D=25&page%5Bnumber%5D=${dice.below(20)}` }),
      () => ({ target: `/api/v2/items?cursor=${Buffer.from(`{"id":${dice.below(99_999)},"dir":"next"}`).toString('base64url')}` }),
      () => ({ target: `/api/v2/reports?from=2024-06-01T00:00:00Z&to=2024-06-30T23:59:59%2B02:00&tz=Europe/Berlin` }),
      () => ({ target: `/api/v2/search?query=${q(`name:"${dice.pick(PRODUCTS)}" AND (price:[10 TO 20] OR stock:>0)`)}` }),
      () => ({ target: `/odata/Products?$filter=${q("Price gt 20 and contains(Name,'table')")}&$select=Id,Name&$orderby=Price desc`.replaceAll(' ', '%20') }),
      () => ({ method: 'POST', target: '/graphql', bytes: 900 }),
      () => ({ method: 'POST', target: '/api/v1/events', status: 202, bytes: 2 }),
      () => ({ method: 'POST', target: '/oauth/token', status: dice.chance(0.05) ? 400 : 200 }),
      () => ({ target: `/api/v1/orders/${uuid(dice)}`, status: 404 }),
      () => ({ target: '/api/v1/session', status: 401 }),
      () => ({ method: 'DELETE', target: `/api/v1/cart/items/${uuid(dice)}`, status: 204, bytes: 0 }),
      () => ({
        target: `/signalr/connect?transport=webSockets&connectionToken=${q(`${dice.hex(40)}==`)}&connectionData=${q('[{"name":"chathub"}]')}&tid=${dice.below(11)}`,
        status: 101,
      }),
      () => ({ target: `/socket.io/?EIO=4&transport=polling&t=${dice.hex(7)}&sid=${dice.hex(20)}` }),
      () => ({
        target: `/oauth/callback?code=4%2F0AX${dice.hex(40)}&scope=email%20profile%20https%3A%2F%2Fwww.example.com%2Fauth%2Fuserinfo.email&state=${dice.hex(32)}`,
      }),
    ])(),
  ];
};

const wordpress: Visit = (dice, client) =>
  withAssets(
    dice,
    dice.pick<() => Request>([
      () => ({ target: `/2024/0${1 + dice.below(6)}/how-to-select-a-table/` }),
      () => ({ target: `/?s=${plus(dice.pick(SEARCHES))}` }),
      () => ({ target: `/?p=${dice.below(3000)}`, status: 301 }),
      () => ({ target: '/feed/' }),
      () => ({ method: 'POST', target: '/wp-admin/admin-ajax.php' }),
      () => ({ target: `/wp-admin/post.php?post=${dice.below(3000)}&action=edit`, status: 200 }),
      () => ({ target: `/wp-admin/load-scripts.php?c=0&load%5Bchunk_0%5D=jquery-core,jquery-migrate,utils,wp-hooks&ver=6.5.4` }),
      () => ({ target: `/wp-json/wp/v2/posts?per_page=10&_embed=wp:featuredmedia&search=${q(dice.pick(SEARCHES))}&_wpnonce=${dice.hex(10)}` }),
      () => ({ method: 'POST', target: '/wp-login.php', status: client.id % 50 === 0 ? 302 : 200 }),
      () => ({ method: 'POST', target: '/wp-comments-post.php', status: 302 }),
    ])(),
    [
      '/wp-content/uploads/2024/05/table-300x200.jpg',
      '/wp-includes/js/jquery/jquery.min.js?ver=3.7.1',
      '/wp-content/plugins/contact-form-7/includes/css/styles.css?ver=5.9.6',
      '/wp-content/themes/astra/assets/js/minified/frontend.min.js?ver=4.7.1',
      '/wp-includes/css/dist/block-library/style.min.css?ver=6.5.4',
    ],
  );

const oddities: Visit = (dice) => [
  { target: '/favicon.ico', status: 404 },
  { target: dice.pick(['/apple-touch-icon.png', '/apple-touch-icon-precomposed.png', '/manifest.json', '/robots.txt', '/ads.txt']), status: 404 },
  {
    target: `/.well-known/${dice.pick(['acme-challenge/', 'security.txt', 'change-password', 'assetlinks.json?'])}${dice.hex(12)}`,
    status: dice.chance(0.5) ? 200 : 404,
  },
];

const VISITS = [shop, shop, wiki, api, api, api, wordpress, oddities] as const satisfies readonly [Visit, ...Visit[]];

// Programs that come by the clock: load balancers, orchestrators, monitors, crawlers, edge servers.
const machines = (dice: Dice, start: number, weekMs: number, lines: number, add: (at: number, client: Client, request: Request) => void): void => {
  const client = (ip: string, agent: string): Client => ({ ip, agent, id: 1, token: '' });
  const share = Math.floor(lines / 6);
  const every = (count: number, periodMs: number, act: (at: number, index: number) => void): void => {
    const from = start + dice.below(Math.max(1, weekMs - count * periodMs));
    for (let index = 0; index < count; index++) act(from + index * periodMs + dice.below(40), index);
  };
  every(share, 10_000, (at) => add(at, client('10.0.3.17', 'ELB-HealthChecker/2.0'), { target: '/healthz', bytes: 2 }));
  every(share, 5000, (at) => add(at, client('10.244.0.1', 'kube-probe/1.29'), { target: '/readyz?verbose', bytes: 15 }));
  every(Math.min(share, 10_000), 60_000, (at) =>
    add(at, client('198.51.100.240', 'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)'), { method: 'HEAD', target: '/', bytes: 0 }),
  );
  every(Math.min(share, 9000), 60_000, (at, index) =>
    add(at, client('127.0.0.1', 'WordPress/6.5.4; https://www.example.com'), {
      method: 'POST',
      target: `/wp-cron.php?doing_wp_cron=17${index}.${dice.hex(8).replaceAll(/[a-f]/g, '1')}`,
      bytes: 0,
    }),
  );
  for (const [place, agent] of CRAWLERS.entries())
    every(Math.floor(share / 4), 4000, (at, index) => {
      const visit = dice.pick([shop, wiki, wordpress]);
      const request =
        index % 500 === 0
          ? { target: '/robots.txt' }
          : (visit(dice, client('', agent)).find(({ method }) => method === undefined) ?? { target: '/sitemap.xml' });
      add(at, client(`203.0.113.${241 + place}`, agent), dice.chance(0.06) ? { target: `/p/gone-${index}`, status: 404 } : request);
    });
  every(share, 1500, (at, index) =>
    add(at, client(`198.51.100.${241 + (index % 5)}`, 'Amazon CloudFront'), {
      target: `/cdn/img/${dice.hex(16)}/w_800,h_600,c_fill/${dice.pick(PRODUCTS)}.webp`,
      bytes: 40_000,
    }),
  );
  every(Math.min(share, 8000), 15_000, (at) => add(at, client('10.0.3.40', 'Prometheus/2.52.0'), { target: '/metrics', bytes: 18_000 }));
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

const combined = (dice: Dice, at: number, client: Client, request: Request): string => {
  const date = new Date(at);
  const stamp = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
  const referer = request.referer ?? (dice.chance(0.3) ? `https://www.google.com/search?q=${plus(dice.pick(SEARCHES))}` : '-');
  return `${client.ip} - - [${stamp}] "${request.method ?? 'GET'} ${request.target} HTTP/${dice.chance(0.6) ? '2.0' : '1.1'}" ${request.status ?? 200} ${request.bytes ?? 400 + dice.below(60_000)} "${referer.replaceAll('"', '\\x22')}" "${client.agent}"`;
};
