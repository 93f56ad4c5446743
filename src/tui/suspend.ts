import process from 'node:process';

/** Stops this job the way Ctrl-Z does in a shell: the whole foreground group. Resolves once it is continued. */
export const suspendProcess = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGCONT', () => resolve());
    process.kill(0, 'SIGTSTP');
  });
