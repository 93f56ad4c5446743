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
