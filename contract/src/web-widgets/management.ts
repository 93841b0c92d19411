// The operations with which an organization manages its web widgets.
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import {
  Timestamp,
  idempotencyHeader,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  timestampFilter,
  uuidText,
} from '../schema.ts'
import { WebWidgetConfig } from './config.ts'
import {
  NewWebWidgetIdentityKey,
  WebWidget,
  WebWidgetBlock,
  WebWidgetCaptcha,
  WebWidgetIdentityInput,
  WebWidgetIdentityKey,
  WebWidgetLimitsInput,
  domainList,
} from './objects.ts'
import { widgetBounds } from './words.ts'

const tag = 'Web widgets'
const read = ['web_widgets:read', 'web_widgets:manage'] as const
const manage = ['web_widgets:manage'] as const

export const widgetPath = Type.Object({ web_widget_id: Type.String() })

const optional = <T extends Parameters<typeof nullable>[0]>(schema: T) => Type.Optional(nullable<T>(schema))

const widgetFields = {
  agent_version_id: optional(
    Type.String({
      maxLength: 100,
      description: 'A version of the agent, or `latest`: the newest published one now. Ours: `latest`.',
    }),
  ),
  name: optional(
    Type.String({ minLength: 1, maxLength: widgetBounds.name, description: 'Ours. Default: the name of the agent.' }),
  ),
  domains: optional(domainList),
  published: optional(Type.Boolean({ description: 'Default false.' })),
  config: optional(WebWidgetConfig),
  limits: optional(WebWidgetLimitsInput),
  identity: optional(WebWidgetIdentityInput),
  captcha: Type.Optional({
    ...nullable(WebWidgetCaptcha),
    description: 'Ours. Null: none. The secret must exist.',
  }),
}

const { hours, reason } = widgetBounds.block

export const webWidgetManagement = {
  listWebWidgets: defineOperation({
    id: 'listWebWidgets',
    method: 'GET',
    path: '/core/web-widgets',
    tag,
    summary: 'List web widgets, newest first',
    access: read,
    narrowed: true,
    audit: false,
    query: Type.Object({
      ...pageQuery,
      agent_id: Type.Optional(Type.String({ maxLength: 100 })),
      agent_version_id: Type.Optional(Type.String({ maxLength: 100 })),
      published: Type.Optional(Type.Boolean()),
      name: Type.Optional(Type.String({ maxLength: widgetBounds.name, description: 'Case-insensitive substring.' })),
      created_after: timestampFilter('Inclusive.'),
      created_before: timestampFilter('Inclusive.'),
      updated_after: timestampFilter('Inclusive.'),
      updated_before: timestampFilter('Inclusive.'),
    }),
    success: { status: 200, description: 'A page of widgets.', schema: pageOf(WebWidget) },
    errors: [],
  }),
  createWebWidget: defineOperation({
    id: 'createWebWidget',
    method: 'POST',
    path: '/core/web-widgets',
    tag,
    summary: 'Create a web widget',
    description:
      'Puts one version of an agent on websites. Without `agent_version_id` it has the newest published version; an agent without one gets 400. It answers visitors as soon as it and its version are published and its agent is active.',
    access: manage,
    narrowed: true,
    audit: { target: 'web_widget', id: 'id' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({ agent_id: Type.String({ maxLength: 100 }), ...widgetFields }),
    success: { status: 200, description: 'The widget.', schema: WebWidget },
    errors: ['not_found', 'version_not_published', 'too_many_web_widgets'],
  }),
  getWebWidget: defineOperation({
    id: 'getWebWidget',
    method: 'GET',
    path: '/core/web-widgets/{web_widget_id}',
    tag,
    summary: 'Read a web widget',
    access: read,
    narrowed: true,
    audit: false,
    params: widgetPath,
    success: { status: 200, description: 'The widget.', schema: WebWidget },
    errors: ['not_found'],
  }),
  updateWebWidget: defineOperation({
    id: 'updateWebWidget',
    method: 'PUT',
    path: '/core/web-widgets/{web_widget_id}',
    tag,
    summary: 'Change the given fields of a web widget',
    description:
      'Each field that is given replaces the stored one whole, also `config` and `limits`. With another `agent_id` and no `agent_version_id`, the widget gets the newest published version of that agent.',
    access: manage,
    narrowed: true,
    audit: { target: 'web_widget', id: 'web_widget_id' },
    params: widgetPath,
    headers: Type.Object({
      if_match: Type.Optional(
        Type.String({
          maxLength: 64,
          description:
            'The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412.',
        }),
      ),
    }),
    body: Type.Object({ agent_id: optional(Type.String({ maxLength: 100 })), ...widgetFields }),
    success: { status: 200, description: 'The widget after the change.', schema: WebWidget },
    errors: ['not_found', 'version_not_published', 'revision_mismatch'],
  }),
  deleteWebWidget: defineOperation({
    id: 'deleteWebWidget',
    method: 'DELETE',
    path: '/core/web-widgets/{web_widget_id}',
    tag,
    summary: 'Delete a web widget, its identity keys and its blocks',
    description: 'Its conversations stay. They get no new tokens, so those that are active end by inactivity.',
    access: manage,
    narrowed: true,
    audit: { target: 'web_widget', id: 'web_widget_id' },
    params: widgetPath,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
  createWebWidgetIdentityKey: defineOperation({
    id: 'createWebWidgetIdentityKey',
    method: 'POST',
    path: '/core/web-widgets/{web_widget_id}/identity-keys',
    tag,
    summary: 'Create a key with which the site signs its visitors',
    description: 'A widget has at most two, so that a site can change to a new one without a gap.',
    access: manage,
    narrowed: true,
    audit: { target: 'web_widget', id: 'web_widget_id', part: { as: 'identity_keys', id: 'key_id' } },
    params: widgetPath,
    headers: Type.Object(idempotencyHeader),
    success: { status: 200, description: 'The key, with its secret.', schema: NewWebWidgetIdentityKey },
    errors: ['not_found', 'too_many_identity_keys'],
  }),
  listWebWidgetIdentityKeys: defineOperation({
    id: 'listWebWidgetIdentityKeys',
    method: 'GET',
    path: '/core/web-widgets/{web_widget_id}/identity-keys',
    tag,
    summary: 'List the identity keys of a web widget, newest first',
    access: read,
    narrowed: true,
    not_for_views: true,
    audit: false,
    params: widgetPath,
    success: { status: 200, description: 'All keys.', schema: pageOf(WebWidgetIdentityKey) },
    errors: ['not_found'],
  }),
  deleteWebWidgetIdentityKey: defineOperation({
    id: 'deleteWebWidgetIdentityKey',
    method: 'DELETE',
    path: '/core/web-widgets/{web_widget_id}/identity-keys/{key_id}',
    tag,
    summary: 'Delete an identity key',
    description: 'Tokens of visitors that were verified with it are refused from then on.',
    access: manage,
    narrowed: true,
    audit: { target: 'web_widget', id: 'web_widget_id', part: { as: 'identity_keys', id: 'key_id' } },
    params: Type.Object({ web_widget_id: Type.String(), key_id: Type.String() }),
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
  createWebWidgetBlock: defineOperation({
    id: 'createWebWidgetBlock',
    method: 'POST',
    path: '/core/web-widgets/{web_widget_id}/blocks',
    tag,
    summary: 'Block the visitor of a conversation, and their address',
    description:
      'They start and send nothing until it expires. The address counts only if the conversation is younger than 30 days. A second block of the same conversation replaces the first.',
    access: manage,
    narrowed: true,
    audit: { target: 'web_widget', id: 'web_widget_id', part: { as: 'blocks', id: 'block_id' } },
    params: widgetPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      conversation_id: uuidText('A conversation of this widget.'),
      hours: optional(
        Type.Integer({ minimum: hours.least, maximum: hours.most, description: `Default ${hours.default}.` }),
      ),
      reason: optional(Type.String({ maxLength: reason })),
    }),
    success: { status: 200, description: 'The block.', schema: WebWidgetBlock },
    errors: ['not_found', 'too_many_blocks'],
  }),
  listWebWidgetBlocks: defineOperation({
    id: 'listWebWidgetBlocks',
    method: 'GET',
    path: '/core/web-widgets/{web_widget_id}/blocks',
    tag,
    summary: 'List the blocks of a web widget that have not expired, newest first',
    access: read,
    narrowed: true,
    audit: false,
    params: widgetPath,
    query: Type.Object(pageQuery),
    success: { status: 200, description: 'A page of blocks.', schema: pageOf(WebWidgetBlock) },
    errors: ['not_found'],
  }),
  deleteWebWidgetBlock: defineOperation({
    id: 'deleteWebWidgetBlock',
    method: 'DELETE',
    path: '/core/web-widgets/{web_widget_id}/blocks/{block_id}',
    tag,
    summary: 'Delete a block',
    access: manage,
    narrowed: true,
    audit: { target: 'web_widget', id: 'web_widget_id', part: { as: 'blocks', id: 'block_id' } },
    params: Type.Object({ web_widget_id: Type.String(), block_id: Type.String() }),
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
  revokeWebWidgetVisitors: defineOperation({
    id: 'revokeWebWidgetVisitors',
    method: 'POST',
    path: '/core/web-widgets/{web_widget_id}/revoke-visitors',
    tag,
    summary: 'Refuse the tokens that visitors have',
    description:
      'Tokens of visitors that were issued before `revoked_before` are refused. Browsers enter again: guests as new guests, verified visitors with a new signature. The time never goes back.',
    access: manage,
    narrowed: true,
    audit: { target: 'web_widget', id: 'web_widget_id' },
    params: widgetPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      revoked_before: optional(
        Type.String({ format: 'date-time', description: 'Default: now. Must not be in the future.' }),
      ),
    }),
    body_optional: true,
    success: {
      status: 200,
      description: 'The time before which tokens are refused.',
      schema: Type.Object({ revoked_before: Timestamp }),
    },
    errors: ['not_found'],
  }),
  previewWebWidget: defineOperation({
    id: 'previewWebWidget',
    method: 'POST',
    path: '/core/web-widgets/{web_widget_id}/preview',
    tag,
    summary: 'Get the address of a preview',
    description:
      'Anyone who has it can use the widget for 15 minutes, live or not. Its conversations have `parley_preview` in `custom_metadata` and count nowhere.',
    access: manage,
    narrowed: true,
    audit: false,
    changes_nothing: true,
    params: widgetPath,
    success: {
      status: 200,
      description: 'The address of the frame.',
      schema: Type.Object({ url: Type.String(), expires_at: Timestamp }),
    },
    errors: ['not_found'],
  }),
  checkWebWidget: defineOperation({
    id: 'checkWebWidget',
    method: 'POST',
    path: '/core/web-widgets/{web_widget_id}/check',
    tag,
    summary: 'Check whether a page has the widget',
    description:
      'Fetches the page as any program can, without running its scripts: a snippet that a tag manager adds is not found.',
    access: manage,
    narrowed: true,
    audit: false,
    cost: 10,
    changes_nothing: true,
    waits: true,
    params: widgetPath,
    body: Type.Object({ url: Type.String({ minLength: 1, maxLength: 2000, description: 'An http or https page.' }) }),
    success: {
      status: 200,
      description: 'What was found.',
      schema: Type.Object({
        reachable: Type.Boolean({
          description:
            'Whether the address answered with a page, within 10 seconds. False for a private address that `PARLEY_CRAWL_ALLOW_PRIVATE_HOSTS` does not name.',
        }),
        snippet_found: nullable(Type.Boolean({ description: 'Null: the page could not be read.' })),
        origin_listed: Type.Boolean({ description: 'Whether `domains` permits the site, after redirects.' }),
        csp_allows: nullable(
          Type.Boolean({
            description:
              'Whether the page’s Content Security Policy permits the script and the frame. Null: the page could not be read.',
          }),
        ),
      }),
    },
    errors: ['not_found'],
  }),
  autoBrandWebWidget: defineOperation({
    id: 'autoBrandWebWidget',
    method: 'POST',
    path: '/core/web-widgets/{web_widget_id}/auto-brand',
    tag,
    summary: 'Find the colors and logos of a site',
    description:
      'Reads the first page of the site, its manifest and its icons, and proposes a configuration. Nothing is stored. At most 10 a minute for an organization.',
    access: manage,
    narrowed: true,
    audit: false,
    changes_nothing: true,
    waits: true,
    params: widgetPath,
    body: Type.Object({
      domain: Type.String({
        minLength: 1,
        maxLength: 300,
        description: 'Such as `example.com`. Scheme, `www.` and a trailing slash are ignored.',
      }),
    }),
    success: {
      status: 200,
      description: 'What was found.',
      schema: Type.Object({
        domain: Type.String(),
        title: nullable(Type.String()),
        description: nullable(Type.String()),
        colors: Type.Array(Type.Object({ hex: Type.String(), name: Type.String() })),
        logos: Type.Array(
          Type.Object({
            url: Type.String(),
            type: oneOf(['icon', 'logo']),
            mode: nullable(oneOf(['light', 'dark'], 'The background that it is for; null: unknown.')),
            resolution: nullable(
              Type.Object({ width: Type.Integer(), height: Type.Integer(), aspect_ratio: Type.Number() }),
            ),
            colors: Type.Array(Type.Object({ hex: Type.String(), name: Type.String() })),
          }),
        ),
        config: Type.Unsafe<WebWidgetConfig>({
          ...WebWidgetConfig,
          description: 'A proposed change of `config`: the keys to replace.',
        }),
      }),
    },
    errors: ['not_found', 'brand_not_found', 'rate_limited'],
  }),
}
