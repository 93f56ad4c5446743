const MAX_PATH = 2048;
const MAX_SEGMENTS = 64;
const ID = /^(?:\d{1,20}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{24,64})$/i;

/** The path without query and fragment, at most 2,048 characters. */
export const pathOnly = (target: string): string => {
  const bounded = target.slice(0, MAX_PATH);
  const end = bounded.search(/[?#]/);
  return end < 0 ? bounded : bounded.slice(0, end);
};

/** The path with each segment that is a number, a UUID or a long hexadecimal id as `{id}`: one name for all objects of a route. */
export const routeOf = (path: string): string => {
  const plain = pathOnly(path);
  if (!/\d/.test(plain)) return plain;
  return plain
    .split('/')
    .map((segment) => (isId(segment) ? '{id}' : segment))
    .join('/');
};

/** True for a path segment that names one object. */
export const isId = (segment: string): boolean => ID.test(segment);

/** Lower-case segments of a path, empty ones left out. */
export const segmentsOf = (path: string): readonly string[] =>
  pathOnly(path)
    .toLowerCase()
    .split('/', MAX_SEGMENTS)
    .filter((segment) => segment !== '');

/** Segments behind `api`, `rest` and version numbers: where the application's own names begin. */
export const ownSegments = (segments: readonly string[]): readonly string[] => {
  const first = segments.findIndex((segment) => !/^(?:api|apis|rest|v\d{1,3})$/.test(segment));
  return first < 0 ? [] : segments.slice(first);
};

/** True for paths that are an interface for programs, not pages for people. */
export const isApiPath = (segments: readonly string[]): boolean => isApiSegment(segments[0]) || isApiSegment(segments[1]) || isApiSegment(segments[2]);

const isApiSegment = (segment: string | undefined): boolean => segment !== undefined && segment.length <= 7 && API_SEGMENT.test(segment);
const API_SEGMENT = /^(?:api|apis|rest|graphql|rpc|v\d{1,2})$/;
