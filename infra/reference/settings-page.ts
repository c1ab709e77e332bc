import type * as z from 'zod/mini'
import { CARRIED_BY_CLIENTS, CLIENT_RULES } from '../../functions/management/clients/settings-schema.ts'
import { CARRIED_BY_SERVICES, SERVICE_RULES } from '../../functions/management/services/settings-schema.ts'
import { Settings, variableOf } from '../../shared/runtime/settings.ts'
import { SETTING_MEANINGS } from '../../shared/runtime/settings-reference.ts'
import { clientSettings } from '../../shared/store/client.ts'
import { CLIENT_MEANINGS } from '../../shared/store/client-reference.ts'
import { DATA_CHANGES } from '../../shared/store/data-changes.ts'
import { SERVICE_SETTINGS } from '../../shared/store/service.ts'
import { SERVICE_MEANINGS } from '../../shared/store/service-reference.ts'
import { PROFILE_PARTS } from './profile.ts'

/** The made parts of docs/settings.md, by their names. */
export const SETTINGS_PARTS: Readonly<Record<string, string>> = {
  'service settings': table(SERVICE_SETTINGS, SERVICE_MEANINGS),
  'carried by services': list(Object.keys(CARRIED_BY_SERVICES)),
  'refused for services': list(SERVICE_RULES.notOffered),
  'client settings': table(clientSettings(), CLIENT_MEANINGS),
  'carried by clients': list(Object.keys(CARRIED_BY_CLIENTS)),
  'refused for clients': list(CLIENT_RULES.notOffered),
  environment: table(Settings.shape, SETTING_MEANINGS, variableOf),
  ...PROFILE_PARTS,
}

/** The generated part of docs/upgrades.md. */
export const UPGRADE_PARTS = { 'data versions': dataVersions() }

function dataVersions(): string {
  const rows = DATA_CHANGES.map(({ version, since, change }) => `| ${version} | ${since} | ${change} |\n`)
  return `| data version | since | the first write that needs it |\n| --- | --- | --- |\n${rows.join('')}`
}

function table<Name extends string>(
  types: Readonly<Record<Name, z.ZodMiniType>>,
  meanings: Readonly<Record<Name, string>>,
  shown = (name: string) => name,
) {
  const rows = Object.entries<z.ZodMiniType>(types).map(
    ([name, type]) => `| \`${shown(name)}\` | ${defaultOf(type)} | ${meanings[name as Name]} |\n`,
  )
  return `| setting | default | meaning |\n| --- | --- | --- |\n${rows.join('')}`
}

/** The default of a setting as text. */
function defaultOf(type: z.ZodMiniType): string {
  const { success, data } = type.safeParse(undefined)
  if (!success) return 'required'
  if (data === undefined) return 'absent'
  const values = [data].flat().map((one: unknown) => `\`${String(one)}\``)
  return values.join(', ') || 'none'
}

function list(names: readonly string[]): string {
  return `${[...names]
    .sort()
    .map((name) => `\`${name}\``)
    .join(', ')}.\n`
}
