/** All rules of calling models under one name, for whoever composes the client. */
import type { CallRules } from "../../calls/rules.ts";
import { mannerOf } from "../wire/families.ts";
import { afterCut, learn } from "../wire/lessons.ts";
import { saidOf } from "../wire/props.ts";
import { shapeRequest } from "../wire/shape.ts";
import { costOf, upperBound } from "../spend/price.ts";
import { readAnswer } from "./answer.ts";
import { blameOf } from "./blame.ts";
import { afterCall, closedBreaker } from "./breaker.ts";
import { afterAnswer, closedWords, noEvidence, weigh } from "./evidence.ts";
import { isSurelyOver, listedLimit, modelId } from "./context.ts";
import { mendOf } from "./mend.ts";
import { isSameModel } from "./model-names.ts";
import { decide } from "./policy.ts";
import { startSteering, steer } from "./steering.ts";
import { dueInMs, fullBucket, giveBack, take } from "./token-bucket.ts";

export const callRules: CallRules = {
  read: readAnswer,
  decide,
  blame: blameOf,
  isSameModel,
  listedLimit,
  modelId,
  isSurelyOver,
  mend: mendOf,
  noEvidence,
  afterAnswer,
  weigh,
  closedWords,
  startSteering,
  steer,
  closedBreaker,
  afterCall,
  fullBucket,
  take,
  dueInMs,
  giveBack,
  costOf,
  upperBound,
  wire: { mannerOf, saidOf, learn, afterCut, shape: shapeRequest },
};
