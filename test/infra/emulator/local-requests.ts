import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { mutualTlsRequest } from '../../../infra/connections/mutual-tls-request.ts'
import type { Local } from '../../../infra/emulator/site/local-file.ts'
import { FREE_PORTS, type Started, startCommand } from './started-command.ts'

export const argvIn = (directory: string, ...more: string[]) => [
  ...['start', ...FREE_PORTS, '--directory', directory, ...more],
]

/** Starts `npm start` in this process. */
export async function startIn(
  directory: string,
  ...more: string[]
): Promise<{ readonly command: Started; readonly local: Local }> {
  const command = startCommand(argvIn(directory, ...more))
  await command.printed('Press Ctrl-C to stop')
  return { command, local: await readLocal(directory) }
}

export async function readLocal(directory: string): Promise<Local> {
  return JSON.parse(await readFile(join(directory, 'local.json'), 'utf8')) as Local
}

/** A request of the confidential client. */
export async function post({ mtlsUrl, clients, caFile }: Local, path: string, form: string) {
  const [, { clientId, clientSecret = '', certificateFile, keyFile }] = clients
  const files = [caFile, certificateFile, keyFile].map((file) => readFile(file, 'utf8'))
  const [ca, cert, key] = (await Promise.all(files)) as [string, string, string]
  const headers = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` }
  return mutualTlsRequest(`${mtlsUrl}${path}`, { ca, cert, key }, { form, headers })
}

export async function obtainToken(local: Local): Promise<string> {
  const answer = await post(local, '/token', 'grant_type=client_credentials')
  expect(answer.status).toBe(200)
  return (JSON.parse(answer.text) as { access_token: string }).access_token
}

export async function introspect(local: Local, token: string): Promise<number> {
  return (await post(local, '/introspection', `token=${token}`)).status
}
