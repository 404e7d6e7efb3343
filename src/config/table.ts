import { Secret } from '../core/secret.ts';
import type { Config } from './load.ts';
import { type SettingName, type Settings, settings } from './schema.ts';

/** The reference of all settings as Markdown, for the documentation. */
export function configTable(): string {
  const groups = [...new Set(settings.map(({ group }) => group))];
  return groups
    .map((group) => {
      const rows = settings
        .filter((setting) => setting.group === group)
        .map(({ name, fallback, purpose, secret, flag }) => {
          const also = [secret ? `also \`${name}_FILE\`` : '', flag ? `flag \`--${flag}\`` : ''].filter(Boolean);
          return `| \`${name}\` | ${fallback ?? '–'} | ${[purpose, ...also].join('; ')} |`;
        });
      return `### ${group}\n\n| Name | Default | For |\n|---|---|---|\n${rows.join('\n')}\n`;
    })
    .join('\n');
}

export interface ShownSetting {
  readonly name: string;
  readonly value: string | null;
  readonly source: string;
}

/** The configuration in force, without a secret in it: for `illumio-mcp config` and bug reports. */
export function redactedConfig({ settings: values, sources }: Config): readonly ShownSetting[] {
  return settings.map(({ name, fallback }) => ({
    name,
    value: shown(values[name]) ?? fallback ?? null,
    source: sources[name] ?? 'default',
  }));
}

function shown(value: Settings[SettingName] | undefined): string | null {
  if (value === undefined) return null;
  if (value instanceof Secret) return String(value);
  if (value instanceof URL) return withoutPassword(value);
  if (Array.isArray(value))
    return value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(',');
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`;
}

function withoutPassword(url: URL): string {
  const copy = new URL(url);
  if (copy.username) copy.username = 'redacted';
  if (copy.password) copy.password = 'redacted';
  return copy.href;
}
