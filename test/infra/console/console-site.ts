import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll } from 'vitest'
import {
  type ConsoleOptions,
  type RunningConsole,
  startConsole,
} from '../../../infra/console/start-console.ts'
import type { Credential } from '../../../infra/console/web-api.ts'
import { type LocalSite, siteOfFile } from '../examples/authorization-server/local-site.ts'

export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** A request, possibly not from a browser: every header can be set. */
export interface Sent {
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** The form is sent with POST, as browsers do, unless `method` is set. */
  readonly form?: Readonly<Record<string, string>> | URLSearchParams
}

export type Send = (sent: Sent) => Promise<Received>

/** Starts a site and consoles for it, which close after the last test of the file. */
export interface ConsoleSite {
  readonly site: LocalSite
  readonly serviceId: string
  /** The `manage` credential of the service. */
  readonly credential: Credential
  /** The lines of the consoles about unexpected failures. */
  readonly failures: string[]
  readonly open: (options?: Partial<ConsoleOptions>) => Promise<RunningConsole>
}

export async function consoleSite(): Promise<ConsoleSite> {
  const site = await siteOfFile()
  const serviceId = String(site.seeded.serviceId)
  const credential = { kind: 'service', serviceId, token: site.seeded.serviceAccessToken } as const
  const failures: string[] = []
  const open = async (options: Partial<ConsoleOptions> = {}) => {
    const connection = { baseUrl: site.webApiUrl, credential }
    const running = await startConsole({ connection, onError: (line) => failures.push(line), ...options })
    afterAll(() => running.close())
    return running
  }
  return { site, serviceId, credential, failures, open }
}

export const originOf = ({ newLink }: RunningConsole) => new URL(newLink()).origin

/** Sends requests to a console as its own pages do. Headers of the request replace the defaults. */
export function sender(running: RunningConsole, cookie?: string): Send {
  const origin = originOf(running)
  return ({ path, method, headers = {}, form }) => {
    const body = form && new URLSearchParams(form).toString()
    const own = body !== undefined && {
      origin,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    }
    const all = { host: new URL(origin).host, ...(cookie !== undefined && { cookie }), ...own, ...headers }
    const options = { host: '127.0.0.1', port: running.port, path, method: method ?? (form ? 'POST' : 'GET') }
    return new Promise((resolve, reject) => {
      const sent = request({ ...options, headers: all, agent: false, setHost: false }, (response) => {
        const { statusCode = 0, headers: answered } = response
        text(response).then((read) => resolve({ status: statusCode, headers: answered, text: read }), reject)
      })
      sent.once('error', reject)
      sent.end(body)
    })
  }
}

/** Follows a new link. @returns a function that sends requests with its session */
export async function logIn(running: RunningConsole): Promise<{ send: Send; csrf: string; cookie: string }> {
  const { headers } = await sender(running)({ path: new URL(running.newLink()).pathname })
  const [cookie = ''] = String(headers['set-cookie']).split(';')
  const send = sender(running, cookie)
  const csrf = fieldsOf((await send({ path: '/no-such-page' })).text).get('csrf') ?? ''
  return { send, csrf, cookie }
}

/** The fields of the last form of a page, with their values. */
export function fieldsOf(page: string): URLSearchParams {
  // A browser does not send the fields in a template.
  const live = page.replaceAll(/<template>[^]*?<\/template>/g, '')
  const form = live.split('<form').findLast((part) => part.includes('name="csrf"')) ?? ''
  const fields = new URLSearchParams()
  for (const [tag] of form.matchAll(/<(?:input|button)\b[^>]*>/g)) {
    const attribute = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
    const isTicked = ['checkbox', 'radio'].includes(attribute('type') ?? '')
    const isOff = isTicked && !/\schecked\b/.test(tag)
    const name = attribute('name')
    if (name !== undefined && !isOff && !tag.startsWith('<button'))
      fields.append(unescaped(name), unescaped(attribute('value') ?? (isTicked ? 'on' : '')))
  }
  for (const [, name = '', value = ''] of form.matchAll(/<textarea[^>]*\sname="([^"]*)"[^>]*>\n?([^<]*)</g))
    fields.append(unescaped(name), unescaped(value))
  for (const [, name = '', options = ''] of form.matchAll(
    /<select[^>]*\sname="([^"]*)"[^>]*>([^]*?)<\/select>/g,
  ))
    fields.append(name, /value="([^"]*)"\s+selected/.exec(options)?.[1] ?? '')
  return fields
}

export function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

type Changes = Readonly<Record<string, string | undefined>>

/** Opens a page, changes fields of its form, and sends it. `undefined` unticks a box. */
export function filler(send: Send) {
  return async (path: string, changes: Changes, step = 'save') => {
    const form = fieldsOf((await send({ path })).text)
    change(form, { ...changes, step })
    return { form, answer: await send({ path, form }) }
  }
}

export function change(form: URLSearchParams, changes: Changes): void {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) form.delete(name)
    else form.set(name, value)
  }
}
