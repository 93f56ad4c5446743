/** Id of an event: `<source>:<position>@<time>`. The ends that many lines share are put together once. */
export const eventIdOf = (source: string, position: number, at: number): string => {
  if (source !== lastSource) {
    lastSource = source;
    prefix = `${source}:`;
  }
  if (at !== lastAt) {
    lastAt = at;
    suffix = `@${at}`;
  }
  return prefix + position + suffix;
};

let lastSource = '';
let prefix = ':';
let lastAt = 0;
let suffix = '@0';
