import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { type Entry, filled, NAVIGATION } from '../../../infra/console/navigation.ts'
import { pageExists } from '../../../infra/console/routes.ts'
import { startConsole } from '../../../infra/console/start-console.ts'
import { type Site, startSite } from '../../../infra/emulator/site/site.ts'
import { ROOT } from '../../../infra/root.ts'

/** Writes a screenshot of every page of the console, light and dark, at two widths. The pages show a fresh service without tokens. */

const FOLDER = join(ROOT, 'docs/images')
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const
const THEMES = ['light', 'dark'] as const
const QUALITY = 55

const CLIENTS = [
  {
    clientName: 'payments-app',
    clientType: 'CONFIDENTIAL',
    tokenAuthMethod: 'TLS_CLIENT_AUTH',
    tlsClientAuthSanDns: 'payments.example.com',
  },
  {
    clientName: 'ledger',
    clientType: 'CONFIDENTIAL',
    tokenAuthMethod: 'PRIVATE_KEY_JWT',
    jwksUri: 'https://ledger.example.com/jwks',
  },
]
const SWITCH = 'tlsClientCertificateBoundAccessTokens'

/** The pages of the navigation, for a service and one of its clients, and the names of their screenshots. */
function pages(params: Readonly<Record<string, string>>): Map<string, string> {
  const flat = (entry: Entry): Entry[] => [entry, ...(entry.below ?? []).flatMap(flat)]
  const paths = [...NAVIGATION.flatMap(flat).map(({ path }) => path), '/{serviceId}/clients/create']
  const names = [...new Set(paths)].filter(pageExists).map((path): [string, string] => {
    const name = path.replaceAll(/\{serviceId\}\/?|\{clientId\}\/?/g, '').replaceAll('/', '-')
    const kind = path.includes('{clientId}') ? name.replace('-clients', '-client') : name
    return [kind === '-' || kind === '' ? 'overview' : kind.slice(1), filled(path, params)]
  })
  return new Map(names)
}

/** @returns the number of the first client */
async function prepare({ webApiUrl, seeded: { serviceId, serviceAccessToken } }: Site): Promise<string> {
  const ids: string[] = []
  for (const [index, client] of CLIENTS.entries()) {
    const answer = await fetch(`${webApiUrl}/api/${serviceId}/client/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serviceAccessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...client, grantTypes: ['CLIENT_CREDENTIALS'], [SWITCH]: index === 1 }),
    })
    const { clientId } = (await answer.json()) as { readonly clientId?: number }
    if (clientId === undefined) throw new Error(`the client was refused with ${answer.status}`)
    ids.push(String(clientId))
  }
  return ids[0] ?? ''
}

async function take(browser: BrowserContext, page: Page, name: string): Promise<number> {
  const session = await browser.newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
  await session.detach()
  const image = Buffer.from(data, 'base64')
  await writeFile(join(FOLDER, `${name}.webp`), image)
  return image.length
}

async function main(): Promise<void> {
  await using opened = new AsyncDisposableStack()
  const folder = async () => {
    const made = await mkdtemp(join(tmpdir(), 'certbound-screenshots-'))
    opened.defer(() => rm(made, { recursive: true, maxRetries: 5 }))
    return made
  }
  const site = await startSite({ directory: await folder() })
  opened.defer(site.close)
  const serviceId = String(site.seeded.serviceId)
  const clientId = await prepare(site)
  const credential = { kind: 'service', serviceId, token: site.seeded.serviceAccessToken } as const
  const running = await startConsole({
    connection: { baseUrl: site.webApiUrl, credential },
    onError: (line) => process.stderr.write(`${line}\n`),
  })
  opened.defer(running.close)
  const browser = await chromium.launchPersistentContext(await folder(), {
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
  })
  opened.defer(() => browser.close())
  const page = await browser.newPage()
  await page.goto(running.newLink())
  const origin = new URL(page.url()).origin

  await rm(FOLDER, { recursive: true, force: true })
  await mkdir(FOLDER, { recursive: true })
  let [count, bytes] = [0, 0]
  for (const [name, path] of pages({ serviceId, clientId })) {
    await page.goto(origin + path)
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport)
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme })
        bytes += await take(browser, page, `${name}-${size}-${colorScheme}`)
        count++
      }
    }
  }
  process.stdout.write(`${count} pictures, ${Math.ceil(bytes / 1000)} kB\n`)
}

await main()
