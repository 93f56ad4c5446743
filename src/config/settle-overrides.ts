import { PRESETS, type PresetName } from '../domain/policy.ts';
import { DEFAULT_MODE, type RuntimeOverrides } from './enforcement.ts';
import type { Config } from './schema.ts';

/** Run-time changes, each beside what the configuration file said (or did not say) when it was made. */
export type StoredOverrides = RuntimeOverrides & { readonly file?: FileMode | undefined };

/** What the file says about the mode; undefined where it says nothing. */
export type FileMode = { readonly dryRun?: boolean | undefined; readonly preset?: PresetName | undefined };

/** Who decided a value of the mode. */
export type ModeOrigin = 'default' | 'configuration file' | 'set at run time' | 'command line';

/** What the file in force says about the mode. */
export const fileModeOf = ({ enforcement }: Config): FileMode => ({ dryRun: enforcement.dry_run, preset: enforcement.preset });

/**
 * A run-time change holds as long as the file says about that value what it said when the change was made; when the file was changed
 * since, the file wins. `notices` say for people which changes ended.
 */
export const settleOverrides = (stored: StoredOverrides, file: FileMode): { readonly overrides: StoredOverrides; readonly notices: readonly string[] } => {
  // Of before the file's values were kept: only the safe direction is certain.
  const isSame =
    stored.file === undefined
      ? { dryRun: stored.dryRun !== false || file.dryRun !== true, preset: true }
      : { dryRun: stored.file.dryRun === file.dryRun, preset: stored.file.preset === file.preset };
  const dryRun = isSame.dryRun ? stored.dryRun : undefined;
  const preset = isSame.preset ? stored.preset : undefined;
  const notices = [
    ...(dryRun === stored.dryRun
      ? []
      : [
          `the configuration file now says ${said('dry_run', file.dryRun)}: it wins over \`1sec enforce dry-run ${stored.dryRun ? 'on' : 'off'}\` of before; ${(file.dryRun ?? DEFAULT_MODE.dryRun) ? 'dry run is on' : 'actions are taken'}`,
        ]),
    ...(preset === stored.preset
      ? []
      : [
          `the configuration file now says ${said('preset', file.preset)}: it wins over \`1sec enforce preset ${stored.preset}\` of before; ${file.preset ?? DEFAULT_MODE.preset} is in force`,
        ]),
  ];
  return { overrides: { dryRun, preset, file }, notices };
};

/** Run-time changes as they were stored; what is not one is left out. */
export const readOverrides = (stored: unknown): StoredOverrides => {
  if (typeof stored !== 'object' || stored === null) return {};
  const file = 'file' in stored ? modeIn(stored.file) : undefined;
  return { ...modeIn(stored), file };
};

const modeIn = (value: unknown): FileMode => {
  if (typeof value !== 'object' || value === null) return {};
  const dryRun = 'dryRun' in value && typeof value.dryRun === 'boolean' ? value.dryRun : undefined;
  const named = 'preset' in value ? value.preset : undefined;
  return { dryRun, preset: PRESETS.find((preset) => preset === named) };
};

const said = (key: string, value: boolean | string | undefined): string => (value === undefined ? `nothing about ${key}` : `${key}: ${value}`);
