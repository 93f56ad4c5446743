import type { ModuleManifest } from '../../contract.ts';
import { type Settings, settingsSchema } from './settings.ts';

export const manifest: ModuleManifest<Settings> = {
  id: 'injection_shield',
  tier: 2,
  title: 'Injection shield',
  description: 'Reads what web clients send as the SQL, HTML, shell, path, template or object it could become, and uploads by their content.',
  eventTypes: ['http_request', 'api_request', 'query', 'graphql_request', 'file_upload'],
  settings: settingsSchema,
  alertTypes: {
    injection_detected: {
      severity: 'HIGH',
      title: 'Injection attempt',
      mitre: ['T1190', 'T1059'],
      mitigations: [
        'Look at what the application did with this request: status, response size, database and error log of that second.',
        'Use bound parameters for queries, argument lists for programs, and context-aware output encoding for pages.',
        'Update or disable the component behind the path when it is third-party software.',
        'Block the address when it keeps trying; exclude the path and parameter in the settings when the text is legitimate there.',
      ],
      feed: 'Access logs of nginx, Apache, Caddy, Traefik and HAProxy (target, referer, user agent); bodies, headers and cookies only through the API or a reverse proxy that reports them.',
      falsePositives:
        'Fields in which people write code or markup (forums, ticket systems, query consoles), internal URLs passed as parameters, security scanners of your own.',
    },
    malicious_file_upload: {
      severity: 'HIGH',
      title: 'Malicious file upload',
      mitre: ['T1190', 'T1505.003', 'T1027'],
      mitigations: [
        'Move the file out of the web root and do not open it; check who uploaded it and what was requested next.',
        'Store uploads under names of your own, in a directory where nothing is executed.',
        'Accept only the types you need, by content and not by name or declared type.',
      ],
      feed: 'Upload events from the application or a proxy through the API (file name, type and content); no shipped log carries file contents.',
      falsePositives: 'Firmware, game and developer files; pictures written by unusual tools; test files for parsers.',
    },
  },
};
