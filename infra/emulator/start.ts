import { once } from 'node:events'
import { join, relative, resolve } from 'node:path'
import { command, Complaint } from '../command.ts'
import type { Ports } from './site/site.ts'

const HELP = `certbound start: certbound on this machine

  --mtls-port PORT            the mutual-TLS domain (8443)
  --plain-port PORT           the plain domain over HTTPS: the issuer (8447)
  --api-port PORT             the plain domain over HTTP, for callers of the Web API (8080)
  --front-end-port PORT       an authorization server in front of it: login and consent pages; and a demo client (8081)
  --front-end-tls-port PORT   the same over HTTPS: the authorization endpoint of the metadata (8448)
  --front-end-mtls-port PORT  its token endpoint, mutual TLS (8444)
  --resource-port PORT        a resource server, mutual TLS (8445)
  --library-port PORT         a resource server that uses @certbound/resource-server, mutual TLS (8446)
  --console-port PORT         the console (8090)
  --mtls-only                 the OAuth endpoints answer only on the mutual-TLS domain, as in a deployment by default
  --truststore FILE           also trust these CAs, and self-signed client certificates that cannot issue others: a PEM bundle
  --data DIR                  the folder that keeps the data between runs (data, or data-fapi2 with --fapi2, in the folder of --directory)
  --fresh                     move that folder aside, and begin with a new service
  --fapi2                     a service under the FAPI 2.0 Security Profile, with clients and pages that follow it
  --packaged                  run the packaged functions (npm run package), each in a process with Lambda's runtime client
  --directory DIR             the folder for development certificates and local.json (.certbound)
  --help

A port of 0 takes a free one. Ctrl-C stops it.`

const OPTIONS = {
  'mtls-port': { type: 'string', default: '8443' },
  'plain-port': { type: 'string', default: '8447' },
  'api-port': { type: 'string', default: '8080' },
  'front-end-port': { type: 'string', default: '8081' },
  'front-end-tls-port': { type: 'string', default: '8448' },
  'front-end-mtls-port': { type: 'string', default: '8444' },
  'resource-port': { type: 'string', default: '8445' },
  'library-port': { type: 'string', default: '8446' },
  'console-port': { type: 'string', default: '8090' },
  'mtls-only': { type: 'boolean', default: false },
  truststore: { type: 'string' },
  data: { type: 'string' },
  fresh: { type: 'boolean', default: false },
  fapi2: { type: 'boolean', default: false },
  packaged: { type: 'boolean', default: false },
  directory: { type: 'string', default: '.certbound' },
} as const

export const COMMAND = command({
  help: HELP,
  options: OPTIONS,
  run: async ({ values }, io) => {
    const ports = portsOf(values)
    const directory = resolve(values.directory)
    const data = values.data ?? join(directory, values.fapi2 ? 'data-fapi2' : 'data')
    const { packageHere } = await import('./lambda/packaged-functions.ts')
    const { moveAside } = await import('./site/data-folder.ts')
    const { startSite } = await import('./site/site.ts')
    const aside = values.fresh ? await moveAside(data) : undefined
    const site = await startSite({
      ports,
      directory,
      mtlsOnly: values['mtls-only'],
      fapi2: values.fapi2,
      truststore: values.truststore,
      dataDirectory: data,
      onLine: io.out,
      packaged: values.packaged ? { ...(await packageHere()), onLine: io.out } : undefined,
    })
    const { writeLocalFile } = await import('./site/local-file.ts')
    const { curlLines } = await import('./curl-lines.ts')
    const { startSiteConsole } = await import('./site/site-console.ts')
    const running = await startSiteConsole(site, Number(values['console-port']), io.err)
    const local = await writeLocalFile(site, directory, running.newLink())
    io.out(`the console: ${local.consoleUrl}`)
    const others = aside === undefined ? '--fresh creates a new service' : `earlier: ${shown(aside)}`
    io.out(`the data:    ${shown(data)}, kept for the next run (${others})`)
    if (values.fapi2)
      io.out('FAPI 2.0:    npm run doctor -- --local --fapi checks each clause of the profile')
    const { formerIssuer, plainUrl } = site
    if (formerIssuer !== undefined) {
      io.out(
        `The issuer of the kept data was ${formerIssuer}. It is now ${plainUrl}: configure clients with it.`,
      )
    }
    io.out(curlLines(local, site.examples, values['mtls-only'], shown))
    if (!io.stop.aborted) await once(io.stop, 'abort')
    await running.close()
    await site.close()
    io.out(`stopped; the data is kept in ${shown(data)}`)
    return 0
  },
})

/** Formats a path relative to the working directory. */
const shown = (file: string) => relative('.', file) || '.'

/** @throws Complaint */
function portsOf(values: object): Ports {
  const ports = Object.entries(values).flatMap(([option, text]: [string, string]) => {
    const [, name] = /^(.+)-port$/.exec(option) ?? []
    if (name === undefined) return []
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
      throw new Complaint(`--${option} must be a port, 0 to 65535`)
    }
    return [[name, Number(text)]]
  })
  return Object.fromEntries(ports) as Ports
}
