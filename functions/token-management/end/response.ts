/** `/auth/token/revoke` (contract, section 2.7). */
export function revokeResponse(count: number) {
  return { resultCode: 'A135001', resultMessage: '[A135001] The tokens were revoked successfully.', count }
}
