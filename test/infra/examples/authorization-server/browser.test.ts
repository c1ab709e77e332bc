import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { DEVELOPMENT_USER } from '../../../../infra/examples/authorization-server/start.ts'
import { authorizationQuery, siteOfFile } from './local-site.ts'
import { arrive, logIn, userAgent } from './user-agent.ts'

/** The test is left out, with a warning, on a machine without Debian's Chromium. */
const CHROMIUM = ['/usr/bin/chromium'].filter((file) => existsSync(file))
if (CHROMIUM.length === 0)
  console.warn('no chromium here: the walk through the code flow in a browser is left out')

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]

const site = await siteOfFile()

test.each(CHROMIUM)('a person can walk the code flow in %s', async (executablePath) => {
  const profile = await mkdtemp(join(tmpdir(), 'certbound-chromium-'))
  // Processes of the browser may still write into the folder for a moment.
  onTestFinished(() => rm(profile, { recursive: true, maxRetries: 5 }))
  const browser = await chromium.launchPersistentContext(profile, { executablePath, args: FLAGS })
  try {
    await walk(browser)
  } finally {
    await browser.close()
  }
})

test('every page has a language, a title, one heading, its style sheet, and a label for every field', async () => {
  const agent = userAgent(site.examples.frontEndUrl)
  const login = await arrive(agent, authorizationQuery(site))
  const consent = await logIn(agent, login, DEVELOPMENT_USER)
  for (const { text } of [await agent.go('/'), await agent.go('/cb'), login, consent]) {
    expect(text).toContain('<html lang="en">')
    expect(text).toMatch(/<title>.+<\/title>/)
    expect(text.match(/<h1>/g)).toHaveLength(1)
    expect(text).toContain('<link rel="stylesheet" href="/style.css" />')
    const fields = [...text.matchAll(/<input id="(\w+)"/g)].map(([, id]) => id)
    expect([...text.matchAll(/<label for="(\w+)">/g)].map(([, id]) => id)).toEqual(fields)
  }
  expect((await agent.go('/style.css')).headers.get('content-type')).toMatch(/^text\/css/)
})

async function walk(browser: BrowserContext): Promise<void> {
  const problems: string[] = []
  const page = await browser.newPage()
  page.on('console', (message) => problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))

  await page.goto(site.examples.frontEndUrl)
  await page.getByRole('link', { name: 'Start the code flow' }).click()
  await page.getByLabel('User name').fill(DEVELOPMENT_USER.subject)
  await page.getByLabel('Password').fill(DEVELOPMENT_USER.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  expect(await page.getByRole('listitem').allTextContents()).toEqual([
    'Know who you are (openid)',
    'Read accounts (accounts:read)',
  ])
  await page.getByRole('button', { name: 'Allow' }).click()

  await page.getByRole('heading', { name: 'Back at the client' }).waitFor()
  const rows = await page.locator('tbody tr').allTextContents()
  expect(rows.map((row) => /\b\d{3}\b/.exec(row)?.[0])).toEqual(['200', '401', '401'])
  expect(problems).toEqual([])
  await agreeForClientElsewhere(page)
}

/** Browsers also apply a page's `form-action` to the redirect that answers its form. */
async function agreeForClientElsewhere(page: Page): Promise<void> {
  await page.route('https://client.example.org/**', (route) => route.fulfill({ body: 'at the client' }))
  await page.goto(`${site.examples.frontEndUrl}/authorize?${authorizationQuery(site)}`)
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('at the client').waitFor()
  expect(page.url()).toMatch(/^https:\/\/client\.example\.org\/cb\/example\.com\?code=/)
}
