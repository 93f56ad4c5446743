import { isAtLeast } from '../../../domain/severity.ts';
import { scriptOfText } from '../../../domain/shell/script.ts';
import { valueAfter } from '../../../domain/shell/write-targets.ts';
import { judgeScript } from './judge-script.ts';
import { type Match, match } from './match.ts';
import type { ProcessFacts } from './process-facts.ts';

const RUNS: readonly string[] = ['--exec', '--exec-before-download', '--netrc-cmd', '--print-to-file', '--downloader', '--external-downloader'];
const LOADS: readonly string[] = ['--config-location', '--config-locations', '--plugin-dirs', '--load-info-json', '--ffmpeg-location'];
const PASSES: readonly string[] = ['--postprocessor-args', '--ppa', '--downloader-args', '--external-downloader-args'];
const HARMLESS =
  /^(?:(?:before_dl|pre_process|after_\w{1,20}|post_process|video|playlist):)?\s{0,4}(?:echo|mv|cp|mkdir|touch|ffmpeg|ffprobe|exiftool|notify-send|ls|rsync|mediainfo|aria2c|axel|wget|curl|httpie|native|m3u8:native|dash,m3u8:native)(?:\s[^;|&`$<>]{0,500})?$/;

/** A media downloader told to run a program: its option values come from web pages in many scripts around it. */
export const judgeMediaTool = (facts: ProcessFacts, add: (found: Match) => void): void => {
  const head = facts.head;
  if (head?.program !== 'yt-dlp') return;
  const command = RUNS.map((option) => valueAfter(head.args, option)).find((value) => value !== undefined);
  if (command !== undefined && !HARMLESS.test(command)) {
    for (const found of judgeScript(scriptOfText(command))) if (isAtLeast(found.severity, 'HIGH')) add(found);
    add(match('ytdlp_rce', 'CRITICAL', 'runs_program', 'a media downloader is told to run a program', head));
    return;
  }
  const passed = PASSES.map((option) => valueAfter(head.args, option)).find((value) => value !== undefined && /[;|`]|\$\(|&&/.test(value));
  if (passed !== undefined) add(match('ytdlp_rce', 'CRITICAL', 'passes_command', 'a media downloader is told to pass a command on', head));
  const loaded = LOADS.map((option) => valueAfter(head.args, option)).find((value) => value !== undefined);
  if (loaded !== undefined && /^\/(?:tmp|var\/tmp|dev\/shm)\/|^https?:|^\.\.\//.test(loaded)) {
    add(match('ytdlp_rce', 'CRITICAL', 'loads_file', 'a media downloader is told to load code from a place that others can write', head));
  }
};
