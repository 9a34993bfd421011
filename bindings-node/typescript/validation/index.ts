// Where the official packages have what checks values against JSON Schemas. Here it is the engine, by every name.

export {
  type CfWorkerSchemaDraft,
  EngineValidator as AjvJsonSchemaValidator,
  EngineValidator as CfWorkerJsonSchemaValidator,
  type JsonSchemaType,
  type JsonSchemaValidator,
  type JsonSchemaValidatorResult,
  type jsonSchemaValidator,
} from '../arguments/engine_validator.js';
