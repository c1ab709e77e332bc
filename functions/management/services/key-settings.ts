/** The settings of a service that name one of its keys. */
export const KEY_SETTINGS = [
  'accessTokenSignatureKeyId',
  'introspectionSignatureKeyId',
  'idTokenSignatureKeyId',
  'userInfoSignatureKeyId',
] as const
