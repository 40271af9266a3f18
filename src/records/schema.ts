/** The version that every record carries, so that a later build knows what it reads. */
import { z } from "zod";

/** 1 (and records without one): before messages had structure. */
export const SCHEMA = 2;

export const schemaField = z.int().min(1).optional();
