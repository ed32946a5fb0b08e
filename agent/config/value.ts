import { resolve } from 'node:path';
import { ConfigError } from '../../cluster/documents/config-error.js';
import { nearest } from '../../cluster/documents/nearest.js';
import type { Origin } from '../../cluster/documents/origin.js';
import { longestDuration, parseDuration } from './duration.js';
import { OperatorError } from './error.js';
import { isPath, type Key, tomlText } from './key.js';
import { parseKey } from './keys.js';

/** A key in a file or a flag. */
export interface Located {
  readonly key: string;
  readonly row: Key;
  /** `default` where the value is nowhere: then the flag is named. */
  readonly origin: Origin;
}

/** One value as a file or a flag has it. */
export interface Written extends Located {
  readonly value: unknown;
  /** Relative paths are relative to it. */
  readonly directory: string;
}

/** What its row says it is; a list for a row of several entries. Throws ConfigError, or OperatorError for a flag. */
export function readValue(written: Written): unknown {
  const { row, value } = written;
  switch (row.type) {
    case 'boolean':
      return booleanOf(written);
    case 'integer':
      return positiveInteger(written);
    case 'duration or "off"':
      return value === 'off' ? undefined : durationOf(written);
    case 'duration':
      return durationOf(written);
    case 'string':
    case 'path':
      return entryOf(textOf(written), written);
    case 'string or strings':
    case 'path or paths':
      return typeof value === 'string' ? entriesOf([textOf(written)], written) : entriesOf(textsOf(written), written);
    case 'strings':
    case 'paths':
      return entriesOf(textsOf(written), written);
  }
}

/** `what` follows the name of the key or flag, as `is missing`; without a hint, the row's example is. */
export function errorAt(located: Located, what: string, hint = writeExample(located)): Error {
  const { key, origin } = located;
  if (isFlag(located)) {
    return new OperatorError('bad_flag', `${nameOf(located)} ${what}`, hint);
  }
  const { table, isArray } = parseKey(key);
  const message = `${isArray ? `[[${table}]] ` : ''}${nameOf(located)} ${what}`;
  return new ConfigError({ code: 'agent-config', severity: 'fail', origin, message, remediation: hint });
}

/** `--timeout`, `probe.timeout`, or `alpn` in an array of tables. */
export function nameOf(located: Located): string {
  const { name, isArray } = parseKey(located.key);
  return isFlag(located) ? flagOf(located) : isArray ? name : located.key;
}

/** `--timeout` for `probe.timeout`. */
export function flagOf({ key, row }: Pick<Located, 'key' | 'row'>): string {
  return `--${row.flag ?? parseKey(key).name}`;
}

function isFlag({ origin }: Located): boolean {
  return origin.kind === 'flag' || origin.kind === 'default';
}

function writeExample(located: Located, example = located.row.example): string {
  const value = isFlag(located) ? [example].flat().join(' ') : `= ${tomlText(example)}`;
  return `write ${nameOf(located)} ${value}`;
}

function booleanOf(written: Written): boolean {
  if (typeof written.value !== 'boolean') {
    throw errorAt(written, 'must be true or false');
  }
  return written.value;
}

function positiveInteger(written: Written): number {
  const { value } = written;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw errorAt(written, 'must be a whole number above 0');
  }
  return value;
}

/** In milliseconds. */
function durationOf(written: Written): number {
  const text = textOf(written);
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds < 100) {
    throw errorAt(written, `is "${text}", not a duration of 100ms or more`);
  }
  if (milliseconds > longestDuration.milliseconds) {
    const hint = `${writeExample(written, longestDuration.text)} or less`;
    throw errorAt(written, `is "${text}", longer than ${longestDuration.text}`, hint);
  }
  return milliseconds;
}

function textOf(written: Written): string {
  if (typeof written.value !== 'string' || written.value === '') {
    throw errorAt(written, 'must be a string that is not empty');
  }
  return written.value;
}

function textsOf(written: Written): readonly string[] {
  const { value } = written;
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) {
    throw errorAt(written, 'must be an array of strings');
  }
  return value;
}

function entriesOf(texts: readonly string[], written: Written): readonly unknown[] {
  const split = written.row.commas === true ? texts.flatMap((text) => text.split(',')) : texts;
  return split.map((text) => entryOf(written.row.commas === true ? text.trim() : text, written));
}

/** A text in its row's format, of its closed set, or as an absolute path. */
function entryOf(text: string, written: Written): unknown {
  const { format, choices } = written.row;
  if (isPath(written.row)) {
    return pathOf(text, written);
  }
  if (choices !== undefined && !choices.includes(text)) {
    const guess = nearest(text, choices);
    throw errorAt(
      written,
      `is "${text}"`,
      guess === undefined ? `one of: ${choices.join(', ')}` : `did you mean ${guess}?`,
    );
  }
  const value = format === undefined ? text : format.parse(text);
  if (format !== undefined && value === undefined) {
    throw errorAt(written, `is "${text}", not ${format.what}`, format.hint);
  }
  return value;
}

function pathOf(text: string, written: Written): string {
  if (text.includes('-----BEGIN ')) {
    throw errorAt(written, 'is PEM text', 'write it to a file, and its path here');
  }
  return resolve(written.directory, text);
}
