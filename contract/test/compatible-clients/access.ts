// What clients of the AnyReach API rely on in access: credentials, keys, scopes, errors.
import { type Line, fields, is } from './exchange.ts'
import { createAgent, detail, detailIs } from './steps.ts'

const key_record = { key_id: 'filled', name: 'filled', expires_at: 'integer?', created_at: 'time' } as const
const scopes = { method: 'GET', path: '/admin/members/me/scopes', status: 200 } as const

export const accessLines: Line[] = [
  {
    name: 'Authorization: an `ak_` key implies its organization; the header of another is ignored',
    exchanges: [
      { ...scopes, answer: { each: 'filled' } },
      { ...scopes, headers: { 'X-Anyreach-Org': '<other_organization_id>' }, answer: { each: 'filled' } },
      { ...scopes, headers: { Authorization: 'bearer <ak>' }, answer: { each: 'filled' } },
    ],
  },
  {
    name: 'Authorization: a `pat_` token names its organization in X-Anyreach-Org',
    exchanges: [
      {
        ...scopes,
        headers: { Authorization: 'Bearer <pat>', 'X-Anyreach-Org': '<organization_id>' },
        answer: { each: 'filled' },
      },
      {
        ...scopes,
        headers: { Authorization: 'Bearer <pat>', 'X-Anyreach-Org': '<other_organization_id>' },
        status: 401,
        answer: detail,
      },
    ],
  },
  {
    name: 'Authorization: a `pat_` token without X-Anyreach-Org is 401 `Token is missing organization claim.`',
    exchanges: [
      {
        method: 'GET',
        path: '/core/agents',
        headers: { Authorization: 'Bearer <pat>' },
        status: 401,
        answer: detailIs('Token is missing organization claim.'),
      },
    ],
  },
  {
    name: 'Authorization: a missing, malformed or unknown credential is 401 with `detail`',
    exchanges: [null, 'Bearer', 'Bearer ak_unknown.0123456789abcdef', 'Bearer nonsense', 'Basic YTpi'].map(
      (Authorization) => ({
        method: 'GET',
        path: '/core/agents',
        headers: { Authorization },
        status: 401,
        answer: detail,
      }),
    ),
  },
  {
    name: 'Authorization: a `pat_` secret of another form, installed by the operator, is accepted',
    exchanges: [
      {
        ...scopes,
        headers: { Authorization: 'Bearer <imported_pat>', 'X-Anyreach-Org': '<organization_id>' },
        answer: { each: 'filled' },
      },
    ],
  },
  {
    name: 'POST /admin/organization-pats: `pat_key` has the form `ak_<id>.<secret>` and works at once',
    exchanges: [
      {
        method: 'POST',
        path: '/admin/organization-pats',
        body: { name: 'CI', expires_at: null },
        status: 200,
        answer: fields({
          ...key_record,
          name: is('CI'),
          expires_at: 'null',
          pat_key: { matches: /^ak_[^.]+\.[^.]+$/ },
        }),
        keep: { new_key: 'pat_key' },
      },
      { ...scopes, headers: { Authorization: 'Bearer <new_key>' }, answer: { each: 'filled' } },
    ],
  },
  {
    name: 'POST /admin/organization-pats: `name` is required, `expires_at` is epoch milliseconds',
    exchanges: [
      { method: 'POST', path: '/admin/organization-pats', body: {}, status: 422, answer: detail },
      { method: 'POST', path: '/admin/organization-pats', body: { name: '' }, status: 422, answer: detail },
      {
        method: 'POST',
        path: '/admin/organization-pats',
        body: { name: 'Dated', expires_at: 4102444800000 },
        status: 200,
        answer: fields({ expires_at: is(4102444800000) }),
      },
    ],
  },
  {
    name: 'GET and DELETE /admin/organization-pats: an envelope without secrets; 204, then 401 for the key',
    exchanges: [
      {
        method: 'POST',
        path: '/admin/organization-pats',
        body: { name: 'Short-lived' },
        status: 200,
        keep: { new_key: 'pat_key', key_id: 'key_id' },
      },
      {
        method: 'GET',
        path: '/admin/organization-pats',
        status: 200,
        answer: fields({
          data: { each: { all: [fields(key_record), { lacks: ['pat_key', 'secret', 'secret_hash'] }] } },
          pagination: 'object',
        }),
      },
      { method: 'DELETE', path: '/admin/organization-pats/<key_id>', status: 204 },
      { ...scopes, headers: { Authorization: 'Bearer <new_key>' }, status: 401, answer: detail },
    ],
  },
  {
    name: 'GET /admin/members/me/scopes: a flat array, with `conversations:dial` and `managed_accounts:manage`',
    exchanges: [
      {
        ...scopes,
        answer: {
          all: [
            { each: 'filled' },
            ...['conversations:read_sensitive', 'agents:manage', 'conversations:dial', 'managed_accounts:manage'].map(
              (scope) => ({ some: is(scope) }),
            ),
          ],
        },
      },
    ],
  },
  {
    name: 'errors: missing scopes are 403 with `detail`, unknown ids 404, another content type 415, broken JSON 400',
    exchanges: [
      { ...createAgent, headers: { Authorization: 'Bearer <reader>' }, status: 403, answer: detail, keep: {} },
      {
        method: 'GET',
        path: '/core/agents/01890a5d-ac96-774b-bcce-b302099a8057',
        status: 404,
        answer: detailIs('Agent not found'),
      },
      {
        ...createAgent,
        headers: { 'Content-Type': 'text/plain' },
        status: 415,
        answer: detail,
        keep: {},
      },
      { ...createAgent, body: '{"name": ', status: 400, answer: detail, keep: {} },
    ],
  },
]
