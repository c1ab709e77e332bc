const FORM = 'application/x-www-form-urlencoded'

export interface PageAnswer {
  readonly status: number
  readonly location: string
  readonly headers: Headers
  readonly text: string
}

/** The part of `fetch` that a browser here needs. Only `redirect: 'manual'` is ever asked for. */
type Fetch = (
  url: string,
  sent: {
    readonly headers: Record<string, string>
    readonly method: string
    readonly body?: URLSearchParams
    readonly redirect: 'manual'
  },
) => Promise<Response>

/** Stands for a browser: it keeps cookies, and follows no redirect by itself. */
export function userAgent(origin: string, send: Fetch = fetch) {
  const cookies = new Map<string, string>()

  /** GET, or POST of a form. */
  async function go(url: string, form?: Readonly<Record<string, string>>): Promise<PageAnswer> {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const headers = form === undefined ? { cookie } : { cookie, 'content-type': FORM }
    const sent = form === undefined ? { method: 'GET' } : { method: 'POST', body: new URLSearchParams(form) }
    const answer = await send(new URL(url, origin).href, { headers, redirect: 'manual', ...sent })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = answer.headers.get('location') ?? ''
    return { status: answer.status, location, headers: answer.headers, text: await answer.text() }
  }

  return { go, cookies }
}

export type UserAgent = ReturnType<typeof userAgent>

/** The hidden field of a page's form. */
export function csrfOf({ text }: PageAnswer): string {
  const [, value] = /name="csrf" value="([^"]+)"/.exec(text) ?? []
  if (value === undefined) throw new Error(`no form in ${text}`)
  return value
}

/** Follows an authorization request to the login page. */
export async function arrive({ go }: UserAgent, query: string): Promise<PageAnswer> {
  const { location } = await go(`/authorize?${query}`)
  return go(location)
}

/** Logs in and gives the consent page. */
export async function logIn(
  { go }: UserAgent,
  loginPage: PageAnswer,
  user: { readonly subject: string; readonly password: string },
): Promise<PageAnswer> {
  const { subject: username, password } = user
  const { location } = await go('/login', { csrf: csrfOf(loginPage), username, password })
  return go(location)
}
