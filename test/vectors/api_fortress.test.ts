import { z } from 'zod';
import { apiFortress } from '../../src/actors/modules/api_fortress/detect.ts';
import { shapeOf } from '../../src/actors/modules/api_fortress/graphql-shape.ts';
import { namesOf } from '../../src/actors/modules/api_fortress/judge-exposure.ts';
import { isSequence, numericId } from '../../src/actors/modules/api_fortress/object-access.ts';
import { routeOf } from '../../src/actors/modules/api_fortress/route.ts';
import { claimedRole } from '../../src/actors/modules/api_fortress/token.ts';
import { describeVectors } from '../kit/vectors.ts';

describeVectors({
  file: 'api_fortress',
  definition: apiFortress,
  decisions: {
    'mcp/role_from_bearer_claims': {
      why: 'a role in a token nobody checked is a wish',
      expect: { alert: true, types: ['mcp_server_registration_unauthorized'], min_severity: 'CRITICAL' },
    },
    'bfla/user_delete_item': { why: 'people delete what is theirs', expect: { alert: false, types: ['bfla'] } },
    'bfla/settings_page_as_user': { why: 'everybody has settings', expect: { alert: false, types: ['bfla'] } },
    'mass_assignment/shop_price_field': { why: 'a price is what a shop is about', expect: { alert: false, types: ['mass_assignment'] } },
    'data_exposure/visa_bad_luhn': { why: 'the check digit is wrong: no card', expect: { alert: false, types: ['data_exposure'] } },
    'ssrf/ipv6_mapped_metadata_missed': {
      why: 'hosts are compared by the address they stand for',
      expect: { alert: true, types: ['ssrf_via_api'], min_severity: 'CRITICAL' },
    },
    'response_anomaly/string_status_ignored': {
      why: 'numbers in text are numbers; one window alone is no spike all the same',
      expect: { alert: false, types: ['error_rate_spike'] },
    },
    'misconfig/404_probe_is_called_exposed': { why: 'a refused probe shows nothing', expect: { alert: false, types: ['security_misconfiguration'] } },
  },
  functions: {
    extract_role_from_bearer_jwt: (input) => claimedRole(z.object({ headers: z.string() }).parse(input).headers),
    is_sequential_ids: (input) =>
      isSequence(
        z
          .object({ ids: z.array(z.string()) })
          .parse(input)
          .ids.map(numericId),
      ),
    parse_numeric_id: (input) => numericId(z.object({ id: z.string() }).parse(input).id),
    graphql_depth: (input) => shapeOf(z.object({ query: z.string() }).parse(input).query).depth,
    normalize_path: (input) => routeOf(z.object({ path: z.string() }).parse(input).path),
    summarize_matches: (input) => namesOf(z.object({ matches: z.array(z.string()) }).parse(input).matches).join(', '),
  },
});
