import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { readService } from '../../pce/resources/services.ts';
import { text, texts } from '../fields.ts';
import { present } from '../present.ts';
import { portText } from '../protocols.ts';

/** What a tool that writes a service answers about it, as it stands in the draft. */
export const serviceOutput = {
  service: {
    type: 'object',
    properties: { href: text, name: text, description: text, kind: text, ports: texts },
  },
  discarded_fields: texts,
  warning: text,
} as const;

/** The service as read back, and what of the request the PCE did not keep. */
export function serviceResult(
  stored: JsonObject,
  requested: JsonObject,
  orgId: string,
): Readonly<Record<string, unknown>> {
  const { href, name, description, kind, ports } = readService(stored, orgId);
  const discarded = discardedFields(requested, stored);
  return {
    service: present({
      href,
      name,
      description,
      kind,
      ports: ports.map((port) =>
        [
          port.proto === null && port.port === null ? null : portText(port.proto, port.port, port.toPort),
          port.process,
          port.windowsService,
        ]
          .filter((part) => part !== null)
          .join(' '),
      ),
    }),
    ...(discarded.length > 0 && {
      discarded_fields: discarded,
      warning: `The PCE did not keep ${discarded.join(', ')}: the service is not what was asked for.`,
    }),
  };
}

/**
 * Paths of what was sent and is not there, or differs: PCEs drop fields of features that are off without an error (parity:
 * create-service).
 */
export function discardedFields(
  sent: JsonValue | undefined,
  stored: JsonValue | undefined,
  path = '',
): readonly string[] {
  if (Array.isArray(sent)) {
    const kept = Array.isArray(stored) ? stored : [];
    return sent.flatMap((item: JsonValue, index) => discardedFields(item, kept[index], `${path}[${index}]`));
  }
  if (isObject(sent)) {
    const kept = isObject(stored) ? (stored as JsonObject) : {}; // narrowed from JsonValue
    return Object.entries(sent as JsonObject).flatMap(([field, value]) =>
      discardedFields(value, kept[field], path === '' ? field : `${path}.${field}`),
    );
  }
  return sent === undefined || sent === stored ? [] : [path];
}
