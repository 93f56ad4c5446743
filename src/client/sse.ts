const MAX_BUFFER = 4 * 1024 * 1024;

/**
 * A parser for the part of server-sent events that the daemon uses: `data:` lines, a blank line ends a message.
 * Feed it text as it comes; `onData` gets each message's data. Throws when one message grows over 4 MiB.
 */
export const createSseParser = (onData: (data: string) => void): ((text: string) => void) => {
  let buffer = '';
  return (text) => {
    buffer += text;
    if (buffer.length > MAX_BUFFER) throw new Error(`a message of the stream is larger than ${MAX_BUFFER} characters`);
    let end = buffer.indexOf('\n\n');
    while (end !== -1) {
      const data = buffer
        .slice(0, end)
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
        .join('\n');
      buffer = buffer.slice(end + 2);
      if (data !== '') onData(data);
      end = buffer.indexOf('\n\n');
    }
  };
};
