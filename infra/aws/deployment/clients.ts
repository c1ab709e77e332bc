import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'

/** Of AWS in one Region; credentials and endpoints are those of the environment. */
export function openClients(region: string) {
  const cloudFormation = new CloudFormationClient({ region })
  const s3 = new S3Client({ region })
  const gateway = new ApiGatewayV2Client({ region })
  const lambda = new LambdaClient({ region })
  const dynamodb = new DynamoDBClient({ region })
  return {
    cloudFormation,
    s3,
    gateway,
    lambda,
    dynamodb,
    close: () => {
      for (const client of [cloudFormation, s3, gateway, lambda, dynamodb]) client.destroy()
    },
  }
}

export type Clients = ReturnType<typeof openClients>
