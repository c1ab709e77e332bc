import type { Route } from './page.ts'
import { CERTIFICATES_IN_USE } from './pages/certificates/in-use.ts'
import { ISSUER_DATES } from './pages/certificates/issuer-dates.ts'
import { CERTIFICATE_LISTS } from './pages/certificates/lists.ts'
import { RENEWALS } from './pages/certificates/renewals.ts'
import { REVOCATIONS } from './pages/certificates/revocations.ts'
import { CLIENT_CREATE } from './pages/clients/create.ts'
import { CLIENT_DANGER } from './pages/clients/danger.ts'
import { CLIENT_GUIDE } from './pages/clients/guide.ts'
import { CLIENT_LIST } from './pages/clients/list.ts'
import { CHANGES } from './pages/changes.ts'
import { CERTIFICATE_READER } from './pages/certificate/reader.ts'
import { CLIENT_SETTINGS_PAGES } from './pages/clients/settings.ts'
import { EXPLAINER } from './pages/explain/explain.ts'
import { OVERVIEW } from './pages/overview/overview.ts'
import { REFERENCE } from './pages/reference.ts'
import { SERVICE_CREDENTIALS } from './pages/service/credentials.ts'
import { SERVICE_KEYS } from './pages/service/keys.ts'
import { SERVICE_PAGES } from './pages/service/pages.ts'
import { SERVICE_LIST } from './pages/services.ts'
import { TOKENS } from './pages/tokens/tokens.ts'

/** The pages of the console. A new area adds its list here. */
const ROUTES: readonly Route[] = [
  ...SERVICE_LIST,
  ...OVERVIEW,
  ...SERVICE_PAGES,
  ...SERVICE_KEYS,
  ...SERVICE_CREDENTIALS,
  ...CLIENT_LIST,
  ...CLIENT_CREATE,
  ...CLIENT_SETTINGS_PAGES,
  ...CLIENT_GUIDE,
  ...CLIENT_DANGER,
  ...TOKENS,
  ...CERTIFICATES_IN_USE,
  ...REVOCATIONS,
  ...RENEWALS,
  ...CERTIFICATE_LISTS,
  ...ISSUER_DATES,
  ...CHANGES,
  ...CERTIFICATE_READER,
  ...EXPLAINER,
  ...REFERENCE,
]

export interface RouteMatch {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

const PATTERNS = ROUTES.map((route) => {
  const pattern = route.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')
  return { route, pattern: new RegExp(`^${pattern}$`) }
})

/** @returns the page at a path; `undefined` if no page exists, or if the path cannot be decoded */
export function findRoute(method: string, path: string): RouteMatch | undefined {
  for (const { route, pattern } of PATTERNS) {
    const found = route.method === method ? pattern.exec(path) : null
    if (found !== null) return decoded(route, found.groups ?? {})
  }
  return undefined
}

function decoded(route: Route, groups: Readonly<Record<string, string>>): RouteMatch | undefined {
  try {
    const params = Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)] as const)
    return { route, params: Object.fromEntries(params) }
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

/** Whether a page exists at this path of the navigation. */
export function pageExists(path: string): boolean {
  return ROUTES.some((route) => route.path === path && route.method === 'GET')
}
