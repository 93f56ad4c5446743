import { fieldOf, listOf } from './words.ts';

const READS = /^[\w-]{1,60}:(?:Describe|Get|List|Head|Lookup|View|BatchGet)[\w*]{0,80}$/i;
const POWERFUL = /^(?:\*|\*:\*|iam:\*|sts:\*|organizations:\*|[\w-]{1,60}:\*|iam:PassRole|iam:Create\w*|iam:Attach\w*|iam:Put\w*)$/i;

/** What a policy allows too widely, in words; undefined when it does not. Statements are read as JSON; conditions make them narrow. */
export const allowsTooMuch = (text: string): string | undefined => {
  const value = jsonOf(text);
  if (value === undefined) return undefined;
  const statements = fieldOf(value, 'Statement') ?? value;
  for (const statement of Array.isArray(statements) ? listOf(statements) : [statements]) {
    if (fieldOf(statement, 'Effect') === 'Deny' || fieldOf(statement, 'Condition') !== undefined) continue;
    const actions = textsOf(fieldOf(statement, 'Action'));
    const everything = actions.find((action) => action === '*' || action === '*:*');
    if (everything !== undefined) return 'every action';
    const resources = textsOf(fieldOf(statement, 'Resource'));
    if (!resources.includes('*')) continue;
    const wide = actions.find((action) => POWERFUL.test(action) && !READS.test(action));
    if (wide !== undefined) return `${wide} on every resource`;
  }
  return undefined;
};

const jsonOf = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // Not JSON: no policy that could be read.
    return undefined;
  }
};

const textsOf = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : listOf(value).filter((one): one is string => typeof one === 'string');
