/** The different scopes of a grant, lower case. Reads the first 4096 characters, at most 256 scopes. */
export const scopesOf = (text: string): readonly string[] => [
  ...new Set(
    text
      .slice(0, 4096)
      .toLowerCase()
      .split(/[\s,]+/, 256)
      .filter((scope) => scope !== ''),
  ),
];

/** Those that open mail, files or the directory of an organisation. The names are Microsoft Graph's and Google's. */
export const riskyScopes = (scopes: readonly string[]): readonly string[] => scopes.filter((scope) => RISKY.has(nameOf(scope)));

// `https://graph.microsoft.com/Mail.Read` is `mail.read`.
const nameOf = (scope: string): string => scope.replace(/^https:\/\/(?:graph\.microsoft\.com|outlook\.office\.com|www\.googleapis\.com\/auth)\//, '');

const RISKY: ReadonlySet<string> = new Set([
  'mail.read',
  'mail.readwrite',
  'mail.send',
  'mailboxsettings.readwrite',
  'files.read.all',
  'files.readwrite',
  'files.readwrite.all',
  'sites.read.all',
  'sites.readwrite.all',
  'contacts.read',
  'contacts.readwrite',
  'calendars.readwrite',
  'notes.read.all',
  'user.readwrite.all',
  'directory.read.all',
  'directory.readwrite.all',
  'application.readwrite.all',
  'rolemanagement.readwrite.directory',
  'full_access_as_app',
  'https://mail.google.com/',
  'gmail.readonly',
  'gmail.modify',
  'gmail.send',
  'drive',
  'drive.readonly',
  'contacts',
  'admin.directory.user',
  'cloud-platform',
]);
