import { drawIncident } from '../picture/draw-incident.ts'
import { noteReading, requireReading } from './reader.ts'
import type { Deps } from '../dependencies.ts'
import type { DrawnPicture } from '../picture/draw-incident.ts'
import type { Reader } from './reader.ts'

export async function readPicture(deps: Deps, reader: Reader, incidentId: string): Promise<DrawnPicture | null> {
  await requireReading(deps, reader)
  const picture = await drawIncident(deps, incidentId)
  if (picture !== null) await noteReading(deps, reader, { object: `picture of ${incidentId}`, incidentId })
  return picture
}
