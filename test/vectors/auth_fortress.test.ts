import { z } from 'zod';
import { countryCenter } from '../../src/actors/modules/auth_fortress/country-centers.ts';
import { authFortress } from '../../src/actors/modules/auth_fortress/detect.ts';
import { haversineKm } from '../../src/actors/modules/auth_fortress/distance.ts';
import { type Decision, describeVectors } from '../kit/vectors.ts';

const raises = (why: string, type: string, severity: string): Decision => ({ why, expect: { alert: true, types: [type], min_severity: severity } });
const isQuiet = (why: string, ...types: readonly string[]): Decision => ({ why, expect: { alert: false, types: [...types] } });

const DECISIONS: { readonly [name: string]: Decision } = {
  'brute_force/distributed_one_user': raises('one account attacked from 40 addresses is counted by account', 'brute_force', 'HIGH'),
  'brute_force/alert_every_further_failure': raises(
    'one subject: the alert layer folds; after a burst at most one finding in ten seconds',
    'brute_force',
    'HIGH',
  ),
  'brute_force/empty_ip_bucket': isQuiet('without an address, failures are kept apart by terminal and user'),
  'post_bruteforce/success_from_other_ip_missed': raises('a success joins the failures of its account too', 'post_bruteforce_login', 'MEDIUM'),
  'mfa/boolean_true_counts_as_failure': isQuiet('true is true, as text or boolean'),
  'mfa/six_failures_in_six_days': isQuiet('second factors are counted in a sliding window'),
  'spray/explicit_event_does_nothing': raises('verdicts of others count as the failed logins they report', 'password_spray', 'CRITICAL'),
  'aitm/proxy_headers_latency': isQuiet('proxy headers and a slow login are ordinary; it takes a fingerprint', 'aitm_proxy_detected'),
  // Not marked as faults, but limits of the recorded answers: ours sees more.
  'brute_force/slow_9_per_minute_evades': raises('the hour and the day are counted too', 'brute_force', 'HIGH'),
  'spray/window_10min': raises('an hour is counted too', 'password_spray', 'MEDIUM'),
  // The same answer for another reason: the typing errors before a success of the same user are taken back, nothing else is.
  'clear/success_resets_counter': isQuiet('two typing errors are forgiven, four more are under five', 'brute_force'),
};

const positions = z.object({ lat1: z.number(), lon1: z.number(), lat2: z.number(), lon2: z.number() });

describeVectors({
  file: 'auth_fortress',
  definition: authFortress,
  decisions: DECISIONS,
  functions: {
    haversine_km: (input) => {
      const { lat1, lon1, lat2, lon2 } = positions.parse(input);
      return haversineKm({ lat: lat1, lon: lon1 }, { lat: lat2, lon: lon2 });
    },
    country_centroid: (input) => countryCenter(z.object({ code: z.string() }).parse(input).code) ?? null,
  },
});
