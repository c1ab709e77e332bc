import { DeleteRouteSettingsCommand, GetRoutesCommand, GetStagesCommand } from '@aws-sdk/client-apigatewayv2'
import type { Aws } from './aws.ts'

/**
 * Deletes the settings of routes that an API has no longer. API Gateway keeps them when a route goes, and then refuses every change of the
 * stage, also the one of a rollback ("Unable to find Route by key"). CloudFormation does not delete them.
 *
 * @throws Complaint
 */
export async function deleteStaleSettings(ApiId: string | undefined, aws: Aws): Promise<void> {
  if (ApiId === undefined) return
  const routes = await routeKeys(ApiId, aws)
  const { Items: stages = [] } = await aws.gateway.send(new GetStagesCommand({ ApiId, MaxResults: '100' }))
  for (const { StageName, RouteSettings = {} } of stages)
    for (const RouteKey of Object.keys(RouteSettings))
      if (!routes.has(RouteKey))
        await aws.gateway.send(new DeleteRouteSettingsCommand({ ApiId, StageName, RouteKey }))
}

async function routeKeys(ApiId: string, { gateway }: Aws): Promise<ReadonlySet<string | undefined>> {
  const keys = new Set<string | undefined>()
  let NextToken: string | undefined
  do {
    const page = await gateway.send(new GetRoutesCommand({ ApiId, MaxResults: '100', NextToken }))
    for (const { RouteKey } of page.Items ?? []) keys.add(RouteKey)
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return keys
}
