import { documentRoute } from '../../shared/lambda/face.ts'
import type { Routes } from '../../shared/lambda/serve.ts'
import { jwkSet, metadata } from '../../shared/oauth/metadata.ts'

export const routes: Routes = {
  '/.well-known/oauth-authorization-server': documentRoute(
    '/.well-known/oauth-authorization-server',
    metadata,
  ),
  '/jwks': documentRoute('/jwks', jwkSet),
}
