import { roleAccess, deploymentAccess } from '../../shared/lambda/access.ts'
import { oauth, webApi } from '../../shared/lambda/faces.ts'
import { bothVersions, route, routesOf } from '../../shared/lambda/route.ts'
import { ANNOUNCEMENT_PATH } from '../../shared/metadata/endpoint-paths.ts'
import { announceCertificate } from './decide.ts'
import { AnnouncementCall, fromForm, fromWebApi } from './request.ts'
import { announcementResponse, oauthAnnouncement } from './respond.ts'

export const routes = routesOf(
  route({
    paths: [ANNOUNCEMENT_PATH],
    access: deploymentAccess('client'),
    face: oauth('Basic'),
    read: fromForm,
    decide: announceCertificate,
    respond: oauthAnnouncement,
  }),
  route({
    paths: bothVersions('/auth/certificate/announce'),
    access: roleAccess('runtime'),
    face: webApi({ type: 'certificateAnnounceResponse', call: AnnouncementCall, errors: 'json' }),
    read: fromWebApi,
    decide: announceCertificate,
    respond: announcementResponse,
  }),
)
