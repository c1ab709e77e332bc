import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { DEVELOPMENT_USER } from '../../../../infra/examples/authorization-server/start.ts'
import { browserOfFile, CHROMIUM, leaveBy } from '../../console/browser.ts'
import { authorizationQuery, siteOfFile } from './local-site.ts'
import { arrive, logIn, userAgent } from './user-agent.ts'

const site = await siteOfFile()
const newPage = browserOfFile(() => site.examples.frontEndUrl)

test.each(CHROMIUM)('a person can walk the code flow in %s', async () => {
  const page = await newPage()
  const problems: string[] = []
  page.on('console', (message) => problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  await page.reload()
  await leaveBy(page.getByRole('link', { name: 'Start the code flow' }))
  await page.getByLabel('User name').fill(DEVELOPMENT_USER.subject)
  await page.getByLabel('Password').fill(DEVELOPMENT_USER.password)
  await leaveBy(page.getByRole('button', { name: 'Log in' }))
  expect(await page.getByRole('listitem').allTextContents()).toEqual([
    'Know who you are (openid)',
    'Read accounts (accounts:read)',
  ])
  await leaveBy(page.getByRole('button', { name: 'Allow' }))

  await page.getByRole('heading', { name: 'Back at the client' }).waitFor()
  const rows = await page.locator('tbody tr').allTextContents()
  expect(rows.map((row) => /\b\d{3}\b/.exec(row)?.[0])).toEqual(['200', '401', '401'])
  expect(problems).toEqual([])
  await agreeForClientElsewhere(page)
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

/** Browsers also apply a page's `form-action` to the redirect that answers its form. */
async function agreeForClientElsewhere(page: Page): Promise<void> {
  await page.route('https://client.example.org/**', (route) => route.fulfill({ body: 'at the client' }))
  await page.goto(`${site.examples.frontEndUrl}/authorize?${authorizationQuery(site)}`)
  await leaveBy(page.getByRole('button', { name: 'Allow' }))
  await page.getByText('at the client').waitFor()
  expect(page.url()).toMatch(/^https:\/\/client\.example\.org\/cb\/example\.com\?code=/)
}
