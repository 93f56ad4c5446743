type Variables = { readonly [name: string]: string | undefined };

/** Data directory: ONESEC_DATA_DIR, else ~/.1sec. */
export const dataDirectoryOf = (variables: Variables): string => variables['ONESEC_DATA_DIR'] || `${variables['HOME'] || '/root'}/.1sec`;

/** Socket: ONESEC_SOCKET, else /run/1sec/1sec.sock as root, else under $XDG_RUNTIME_DIR, else in the data directory. */
export const socketPathOf = (variables: Variables, uid: number): string => {
  if (variables['ONESEC_SOCKET']) return variables['ONESEC_SOCKET'];
  if (uid === 0) return '/run/1sec/1sec.sock';
  const runtime = variables['XDG_RUNTIME_DIR'];
  return runtime ? `${runtime}/1sec/1sec.sock` : `${dataDirectoryOf(variables)}/1sec.sock`;
};

/**
 * Flags that keep enforcement off while one of them is there: ONESEC_OBSERVE_ONLY, else the one of the configuration and, for hosts where
 * /etc cannot be written, one that lasts until the next boot.
 */
export const observeOnlyPathsOf = (variables: Variables): readonly string[] =>
  variables['ONESEC_OBSERVE_ONLY'] ? [variables['ONESEC_OBSERVE_ONLY']] : ['/etc/1sec/observe-only', '/run/1sec/observe-only'];
