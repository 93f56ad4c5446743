import { countryCenter } from './country-centers.ts';
import { haversineKm } from './distance.ts';

/** A place where a session or user was seen. `country` is empty when nobody said. */
export type Place = { readonly unit: string; readonly country: string; readonly at: number };

/** A trip that nobody makes. */
export type Trip = { readonly from: Place; readonly km: number; readonly hours: number };

const MIN_KM = 500;
const MAX_KM_PER_HOUR = 1000;

/**
 * The trip between one of the earlier places and this one that would need more than 1000 km/h over more than 500 km.
 * Needs the country of both ends: without it a change of address says nothing about distance.
 */
export const impossibleTrip = (earlier: readonly Place[], now: Place): Trip | undefined => {
  const here = countryCenter(now.country);
  if (here === undefined) return undefined;
  for (const place of earlier) {
    const there = place.country === now.country ? undefined : countryCenter(place.country);
    if (there === undefined) continue;
    const km = haversineKm(there, here);
    const hours = Math.abs(now.at - place.at) / 3_600_000;
    if (km > MIN_KM && km > MAX_KM_PER_HOUR * hours) return { from: place, km: Math.round(km), hours };
  }
  return undefined;
};
