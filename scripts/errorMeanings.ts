/** What each error says, in plain words, for `docs/errors.md`. The table in provider/ecs/errorCodes.ts has what to do about it. */

/** By code of ECS. */
export const CODE_MEANINGS: Readonly<Record<string, string>> = {
  "InvalidInstanceId.NotFound": "There is no such instance in the region.",
  "Forbidden.InstanceNotFound": "There is no such instance in the region.",
  "InvalidInstanceId.MalFormed":
    "The instance is not in the classic network, or no longer. It is not about the form of the id.",
  "InvalidInstanceId.NotBelong": "The instance belongs to another account.",
  "InvalidInstanceId.LimitedRegion": "The region has no classic network.",
  "InvalidStatus.InstanceLocked": "The instance is busy with another task, or locked by its owner or by the platform.",
  "InvalidStatus.InstanceStatus": "The instance is starting, stopping or not ready yet.",
  IncorrectInstanceStatus: "The instance is starting, stopping or not ready yet.",
  OperationConflict: "Another request changes the same resource at this moment.",
  LastTokenProcessing: "An earlier request is still being worked on.",
  IncorrectVpcStatus: "The VPC is being changed.",
  "Abs.InvalidInstanceId.MalFormed": "The instance holds a link to another VPC, whatever the name says.",
  QuotaExceeded: "The VPC has as many links as it may have.",
  "InvalidVpcId.Malformed": "The VPC's id is wrong, or there is no such VPC in the region.",
  "InvalidVpcId.NotFound": "There is no such VPC in the region.",
  "InvalidVpc.NotBelong": "The VPC belongs to another account.",
  "InvalidRegionId.Malformed": "The region is wrong, or closed to the account.",
  "InvalidRegionId.NotFound": "There is no such region.",
  "InvalidParameter.InvalidInstanceIdAndVpcId": "Neither an instance nor a VPC was named.",
  "InvalidParameter.ToManyInstanceIds": "More instances were named than a call takes.",
  IdempotentParameterMismatch: "A request was repeated with other parameters.",
  UnsupportedHTTPMethod: "The endpoint does not take POST.",
  UnsupportedParameter: "The endpoint does not know a parameter.",
  InvalidParamater: "A parameter has no value that can be used.",
  InvalidAction: "The endpoint does not know the operation.",
  "InvalidAction.NotFound": "The endpoint does not know the operation.",
  "InvalidApi.NotFound": "The endpoint does not know the operation.",
  "Forbidden.SubUser": "The RAM user may not do this.",
  "Forbidden.RAM": "The RAM user or role may not do this.",
  "Forbidden.Unauthorized": "The caller may not do this.",
  "Forbidden.NotSupportRAM": "RAM users may not do this at all.",
  "Forbidden.RiskControl": "The account is held back by risk control.",
  "Forbidden.AccessKeyDisabled": "The access key is switched off.",
  RealNameAuthenticationError: "The account's owner is not verified.",
  InsufficientBalance: "The account owes money.",
  "InvalidAccessKeyId.NotFound": "There is no such access key.",
  "InvalidAccessKeyId.Inactive": "The access key is switched off.",
  SignatureDoesNotMatch: "The secret does not belong to the access key.",
  IncompleteSignature: "The request's signature could not be read.",
  IllegalTimestamp: "The request's time is not the service's.",
  "InvalidTimeStamp.Expired": "The request's time is more than 15 minutes off.",
  "InvalidTimeStamp.Format": "The request's time could not be read.",
  SignatureNonceUsed: "The same request arrived twice, as a proxy may send it.",
  Throttling: "The quota of calls is used up.",
  "Throttling.User": "The account's quota of calls is used up.",
  "Throttling.Api": "The operation's quota of calls is used up.",
  "Rejected.Throttling": "The quota of calls is used up.",
  ServiceUnavailable: "The service does not answer for a moment.",
  "ServiceUnavailable.RegionMaintaining": "The region is being maintained.",
  InternalError: "The service failed.",
  UnknownError: "The service failed and does not say how.",
};

/** By name of what never became an answer. */
export const FAULT_MEANINGS: Readonly<Record<string, string>> = {
  HostNotFound: "The endpoint's name has no address.",
  ConnectionRefused: "Nothing listens at the endpoint.",
  ProxyRefused: "The proxy on the way wants a user and a password.",
  ProxyFailed: "The proxy on the way did not pass the request on.",
  NoCredentials: "The source of credentials is there, and gave none for the moment.",
  CertificateRefused: "The endpoint's certificate is not trusted, or is for another name.",
  ConnectionLost: "The connection ended before the answer.",
  Timeout: "No answer came in time.",
  UnreadableAnswer: "What came is no answer of ECS: a page of a gateway or a proxy, or nothing.",
};

/** By pattern of a family, as the page shows it. */
export const FAMILY_MEANINGS: Readonly<Record<string, string>> = {
  "*Throttling*": "A quota of calls is used up.",
  "ServiceUnavailable.*": "The service does not answer for a moment.",
  "InvalidSecurityToken.*": "The security token has expired, or belongs to another key.",
  "InvalidAccessKeyId.*": "The access key cannot be used.",
  "InvalidTimeStamp.*": "The request's time is not the service's.",
  "Forbidden.*": "The caller may not do this.",
  "InvalidAction.*, InvalidApi.*": "The endpoint does not know the operation.",
  "MissingParameter*, InvalidParameter*": "A parameter is missing, or has no value that can be used.",
};

/** By the words in the message of `OperationDenied`, as the page shows them. */
export const DENIAL_MEANINGS: Readonly<Record<string, string>> = {
  "unable to attach, disabled attach": "ClassicLink is not switched on for the VPC.",
  "linked to other vpc, not allow link": "The instance holds a link to another VPC.",
  "not allowed to detach": "The instance is not linked to that VPC.",
  "anything else": "ECS does not say which of its meanings it has.",
};
