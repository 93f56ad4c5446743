const EARTH_RADIUS_KM = 6371;

export type Position = { readonly lat: number; readonly lon: number };

/** Great-circle distance in km (haversine formula on a sphere of radius 6371 km). */
export const haversineKm = (from: Position, to: Position): number => {
  const lat = radians(to.lat - from.lat);
  const lon = radians(to.lon - from.lon);
  const chord = Math.sin(lat / 2) ** 2 + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * Math.sin(lon / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
};

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
