import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { command, Complaint, type Io } from '../command.ts'
import { checkBaseUrl, type Credential } from './web-api.ts'

const HELP = `certbound console: see and change the settings of a deployment in a browser

  --url URL            the Web API, for example https://api.example.com (CERTBOUND_WEB_API_URL)
  --ca FILE            PEM of the CAs of its server certificate (CERTBOUND_CA_FILE); those of the system by default
  --service NUMBER     the number of the service (CERTBOUND_SERVICE_ID)
  --organization       the credential is the organization's token; it manages all services and their clients, but cannot read tokens
  --port PORT          the port on this machine (8090)
  --help

The credential is CERTBOUND_TOKEN, or is asked for: a secret of the service with the role manage, or of a smaller role to
read what that allows. It stays in this process. The first line is a link, good once, within a minute. Ctrl-C stops it.`

const OPTIONS = {
  url: { type: 'string' },
  ca: { type: 'string' },
  service: { type: 'string' },
  organization: { type: 'boolean', default: false },
  port: { type: 'string', default: '8090' },
} as const

export const COMMAND = command({
  help: HELP,
  options: OPTIONS,
  run: async ({ values }, io) => {
    const url = values.url ?? io.env['CERTBOUND_WEB_API_URL']
    if (url === undefined) throw new Complaint('--url must name the Web API of the deployment')
    const baseUrl = checkBaseUrl(url)
    if (!/^\d{1,5}$/.test(values.port)) throw new Complaint('--port must be a port, 0 to 65535')
    const ca = await readCa(values.ca ?? io.env['CERTBOUND_CA_FILE'])
    const credential = await readCredential(values.organization, values.service, io)
    const { checkConnection } = await import('./connection-check.ts')
    const { startConsole } = await import('./start-console.ts')
    const connection = { baseUrl, ca, credential }
    await checkConnection(connection)
    const running = await startConsole({ connection, port: Number(values.port), onError: io.err })
    // A later signal closes the console before the process ends.
    const { stop } = io
    io.out(running.newLink())
    io.err(
      'Open this link within a minute. It works once. Press Enter for a new link, Ctrl-C to stop the console.\n' +
        'Use a browser that resolves names below localhost to this machine, for example Chromium or Firefox.',
    )
    await answerEnter(io, () => io.out(running.newLink()))
    if (!stop.aborted) await once(stop, 'abort')
    await running.close()
    return 0
  },
})

async function answerEnter(io: Io, act: () => void): Promise<void> {
  while ((await io.ask('')) !== undefined) act()
}

async function readCa(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new Complaint(`${file} cannot be read: --ca must name a PEM file`, { cause })
  }
}

async function readCredential(
  isOrganization: boolean,
  service: string | undefined,
  io: Io,
): Promise<Credential> {
  const serviceId = service ?? io.env['CERTBOUND_SERVICE_ID']
  if (!isOrganization && (serviceId === undefined || !/^[1-9]\d{0,15}$/.test(serviceId)))
    throw new Complaint('--service must be the number of the service, or use --organization')
  const name = isOrganization ? 'Organization’s token' : 'Secret of the service'
  const token = (io.env['CERTBOUND_TOKEN'] ?? (await io.ask(`${name}: `, true)))?.trim()
  // RFC 6750 section 2.1; anything else would break the header.
  if (token === undefined || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token))
    throw new Complaint('the credential is missing or has characters that are not allowed in a token')
  return isOrganization
    ? { kind: 'organization', token }
    : { kind: 'service', serviceId: serviceId ?? '', token }
}
