import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import type { NetworkSettings } from './settings.ts';
import type { Speaker } from './speaker.ts';

/** `geo_fence`: the event names a country that is not wanted. Undefined when the settings fence nothing. */
export const createGeoFence = (settings: NetworkSettings, speaker: Speaker): ((event: SecurityEvent, ip: string, emit: Emit) => void) | undefined => {
  const isAllowMode = settings.geo_mode === 'allow';
  const listed = new Set(codesOf(isAllowMode ? settings.allowed_countries : settings.blocked_countries));
  if (listed.size === 0) return undefined;
  return (event, ip, emit) => {
    const country = countryOf(event);
    if (country === '' || listed.has(country) === isAllowMode) return;
    const unit = blockUnitOf(ip);
    if (!speaker.allow(`geo ${unit}`, event.at)) return;
    const facts = `${unit} is in ${country}, which is ${isAllowMode ? 'not on the list of allowed countries' : 'blocked'}`;
    emit(
      draftOf({
        type: 'geo_fence',
        rule: `geo-${settings.geo_mode}`,
        event,
        title: facts,
        description: `${facts}.`,
        subject: `ip:${unit}`,
        ip,
        field: 'country',
        text: country,
      }),
    );
  };
};

const COUNTRY_KEYS = ['country', 'country_code', 'geo_country'];
const CODE = /^[A-Z]{2}$/;

// The first key that holds something: an empty one is as good as none.
const countryOf = (event: SecurityEvent): string => {
  for (const key of COUNTRY_KEYS) {
    const code = textOf(event.details, key).slice(0, 8).trim().toUpperCase();
    if (code !== '') return CODE.test(code) ? code : '';
  }
  return '';
};

const codesOf = (value: string | readonly string[]): readonly string[] =>
  (typeof value === 'string' ? value.split(',') : value).map((code) => code.trim().toUpperCase()).filter((code) => code !== '');
