import { flagOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { dangerousCapabilities } from './cluster.ts';
import { resourceOf, type Say } from './say.ts';
import { isOn } from './words.ts';

/** The configuration of one container. What is not said is not known, and not a fault. */
export const judgeContainer = (event: SecurityEvent, say: Say): void => {
  const { details } = event;
  const name = resourceOf(event);
  if (isOn(details, 'run_as_root')) say({ type: 'container_root_user', rule: 'root', says: `${name} runs as root.`, field: 'run_as_root', text: 'true' });
  if (flagOf(details, 'read_only_root_fs') === false)
    say({ type: 'container_writable_fs', rule: 'writable', says: `${name} can change its own files.`, field: 'read_only_root_fs', text: 'false' });
  const capabilities = dangerousCapabilities(details['capabilities']);
  if (capabilities.length > 0)
    say({
      type: 'container_dangerous_cap',
      rule: 'capability',
      says: `${name} has ${capabilities.join(', ')}.`,
      field: 'capabilities',
      text: capabilities.join(','),
    });
  const image = textOf(details, 'image').trim().slice(0, 512);
  if (image !== '' && !isPinned(image))
    say({ type: 'container_unpinned_image', rule: 'image', says: `${image} can change under its name.`, field: 'image', text: image });
};

/** True for an image with a digest or a tag that is not `latest`. A colon before a slash is a port. */
export const isPinned = (image: string): boolean => {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const last = image.slice(image.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  const tag = colon < 0 ? '' : last.slice(colon + 1);
  return tag !== '' && tag !== 'latest';
};
