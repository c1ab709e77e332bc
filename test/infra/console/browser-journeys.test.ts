import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import {
  browserOfFile,
  CHROMIUM,
  comesInSight,
  enter,
  focused,
  focusReaches,
  isInSight,
  tabTo,
  violations,
} from './browser.ts'
import { consoleSite, originOf } from './console-site.ts'
import { holderAndThief, tokenOverMutualTls } from './real-tokens.ts'

const { site, serviceId, failures, open } = await consoleSite()
const running = await open()
const newPage = browserOfFile(running.newLink)
const { registry } = site.runtime.store
const [{ clientId }] = site.seeded.clients

const serviceNow = () => registry.findCurrentService(Number(serviceId))
const clientNow = () => registry.findCurrentClient(Number(serviceId), clientId)

/** Opens a new page in a small window. The tests use only the keyboard. */
async function begin(): Promise<Page> {
  const page = await newPage()
  await page.setViewportSize({ width: 1024, height: 600 })
  return page
}

/** Follows links with the keyboard, each from the top of its page. */
async function follow(page: Page, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await tabTo(page, name)
    await enter(page)
  }
}

/** Skips the navigation. */
async function skip(page: Page): Promise<void> {
  await tabTo(page, 'Skip to the content', 1)
  await page.keyboard.press('Enter')
}

async function type(page: Page, name: string, text: string): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(text)
}

const sees = (page: Page, text: string | RegExp) => comesInSight(page.getByText(text).first())

test.each(CHROMIUM)(
  'in %s a first client is created with the keyboard only, and its secret is visible',
  async () => {
    const page = await begin()
    await follow(page, 'Clients')
    await skip(page)
    await follow(page, 'Create a client')
    await skip(page)
    await type(page, 'Client name', 'Made by keyboard')
    await tabTo(page, 'CONFIDENTIAL')
    await tabTo(page, 'TLS_CLIENT_AUTH')
    while (!(await focused(page)).startsWith('CLIENT_SECRET_BASIC')) await page.keyboard.press('ArrowDown')
    await tabTo(page, 'CLIENT_CREDENTIALS')
    await page.keyboard.press('Space')
    await tabTo(page, 'Create the client')
    await enter(page)
    await sees(page, 'Created Made by keyboard')
    await sees(page, 'Copy it now')
    // A reload shows the client, and does not create a second one.
    await page.reload()
    await page.getByRole('heading', { name: 'General Made by keyboard' }).waitFor()
    const all = await registry.listClients(Number(serviceId))
    expect(JSON.stringify(all).split('Made by keyboard').length).toBe(2)
  },
)

test.each(CHROMIUM)(
  'in %s a first bound token is explained with the keyboard only, and the answer is visible',
  async () => {
    const token = await tokenOverMutualTls(site)
    const { holder, thief } = holderAndThief(site)
    const page = await begin()
    await follow(page, 'Decision explainer')
    await skip(page)
    await type(page, 'Access token', token)
    await type(page, 'Certificate', holder)
    await tabTo(page, 'Explain')
    await enter(page)
    await sees(page, 'accepted')
    await sees(page, '1. The token exists')
    await skip(page)
    await type(page, 'Certificate', thief)
    await tabTo(page, 'Explain')
    await enter(page)
    await sees(page, 'refused')
  },
)

test.each(CHROMIUM)(
  'in %s a key is rotated with the keyboard only, and a mistyped ID withdraws nothing and is reported visibly',
  async () => {
    const page = await begin()
    const keys = async () => (await serviceNow())?.jwks.map(({ kid }) => kid)
    await follow(page, 'Keys')
    await skip(page)
    await type(page, 'Key ID', '2')
    await enter(page)
    await sees(page, 'Published the key 2.')
    await skip(page)
    await tabTo(page, 'Sign access tokens (JWT) with this key 2')
    await page.keyboard.press('Enter')
    await sees(page, 'they are now opaque')
    await follow(page, 'Sign with this key 2')
    await sees(page, 'The key 2 signs access tokens.')
    await skip(page)
    await tabTo(page, 'Withdraw key 1')
    await page.keyboard.press('Enter')
    await type(page, 'Type 1 to confirm', '2')
    await sees(page, 'Everything that it has signed becomes invalid')
    await enter(page)
    await focusReaches(page, 'Nothing was changed.')
    await sees(page, 'Nothing was changed.')
    expect(await keys()).toEqual(['1', '2'])
    await tabTo(page, 'Your input', 1)
    await page.keyboard.press('Enter')
    expect(await page.locator(':focus').inputValue()).toBe('2')
    await comesInSight(page.locator(':focus'))
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText('1')
    await enter(page)
    await sees(page, 'Withdrew the key 1.')
    expect(await keys()).toEqual(['2'])
  },
)

test.each(CHROMIUM)(
  'in %s a client is locked and cut off with the keyboard only, and a wrong name revokes nothing and is reported visibly',
  async () => {
    const page = await begin()
    await follow(page, 'Clients')
    await skip(page)
    await follow(page, 'Public client')
    await follow(page, 'Danger')
    await skip(page)
    await follow(page, 'Lock the client')
    await sees(page, 'The client is locked.')
    await sees(page, 'This client is locked.')
    await skip(page)
    await type(page, 'Type Public client to confirm', 'Publik client')
    await enter(page)
    await focusReaches(page, 'Nothing was done.')
    await sees(page, 'Nothing was done.')
    expect(await page.title()).toBe('Error: Danger · Public client · certbound')
    await tabTo(page, 'Your input', 1)
    await page.keyboard.press('Enter')
    expect(await page.locator(':focus').inputValue()).toBe('Publik client')
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText('Public client')
    await enter(page)
    await sees(page, 'All tokens of this client have ended.')
    expect((await clientNow())?.locked).toBe(true)
  },
)

test.each(CHROMIUM)(
  'in %s a refused save is corrected with the keyboard only: the field has the focus, and Enter saves',
  async () => {
    const page = await begin()
    await follow(page, 'Clients')
    await skip(page)
    await follow(page, 'Public client')
    // The first link with this name is that of the service.
    await tabTo(page, 'Tokens and Claims')
    await follow(page, 'Tokens and Claims')
    await skip(page)
    await type(page, 'Access token duration', '-5')
    await enter(page)
    await focusReaches(page, 'Access token duration')
    const error = page.locator('.setting .error')
    expect([await isInSight(error), await error.textContent()]).toEqual([
      true,
      expect.stringContaining("'accessTokenDuration' must not be negative"),
    ])
    await sees(page, '1 change to save')
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText('3600')
    await enter(page)
    await sees(page, 'Saved: extension.accessTokenDuration')
    expect((await clientNow())?.extension?.accessTokenDuration).toBe(3600)
    expect(failures).toEqual([])
  },
)

test.each(CHROMIUM)(
  'on a phone and at 200 % zoom %s shows the page at the top, a button opens the navigation, and long names and tables fit',
  async () => {
    const clientName = 'n'.repeat(200)
    await tokenOverMutualTls(site)
    const [, { clientId: id }] = site.seeded.clients
    const rename = (name: string | undefined) =>
      registry.changeClient(Number(serviceId), Number(id), (record) => ({ ...record, clientName: name }))
    const before = await registry.findCurrentClient(Number(serviceId), id)
    await rename(clientName)
    onTestFinished(() => rename(before?.clientName).then(() => undefined))
    const page = await newPage()
    for (const viewport of [
      { width: 375, height: 800 },
      { width: 640, height: 360 },
    ]) {
      await page.setViewportSize(viewport)
      for (const slug of [
        'general',
        'tokens-and-claims',
        'authentication',
        'certificates',
        'tokens',
        'danger',
      ]) {
        await page.goto(`${originOf(running)}/${serviceId}/clients/${id}/${slug}`)
        expect([slug, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
          slug,
          viewport.width,
        ])
        expect(await isInSight(page.getByRole('heading', { level: 1 }))).toBe(true)
      }
      await page.goto(`${originOf(running)}/${serviceId}/clients/${id}/tokens`)
      const revoke = page.getByRole('button', { name: /^Revoke token/ }).first()
      await revoke.focus()
      expect(await isInSight(revoke)).toBe(true)
      const navigation = page.getByRole('navigation', { name: 'Console' })
      expect(await navigation.isVisible()).toBe(false)
      await page.getByRole('button', { name: 'Menu' }).press('Enter')
      expect(await isInSight(navigation.getByRole('link', { name: 'Overview' }))).toBe(true)
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Escape')
      expect(await navigation.isVisible()).toBe(false)
    }
  },
)
