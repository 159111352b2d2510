"""What a step tells of the assets of one registry, in the words of the steps of a run that is of it alone.

A run of many registries has a step for each; Dagster tells by itself only of the partitions that a whole run
is of. Not here: what a table or a check says (`raw.py`, `core.py`, `event.py`), and storing it
(`run_storage.py`).
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationPlanned,
    AssetCheckEvaluationTargetMaterializationData,
)
from dagster._core.definitions.data_version import (
    CODE_VERSION_TAG,
    DATA_VERSION_TAG,
    DEFAULT_DATA_VERSION,
    NULL_EVENT_POINTER,
    DataVersion,
    compute_logical_data_version,
    get_input_data_version_tag,
    get_input_event_pointer_tag,
)
from dagster._core.definitions.partitions.subset import DefaultPartitionsSubset
from dagster._core.events import (
    AssetMaterializationPlannedData,
    DagsterEvent,
    DagsterEventBatchMetadata,
    DagsterEventType,
    StepMaterializationData,
)

Told: TypeAlias = "dg.AssetCheckResult | dg.MaterializeResult[Any]"


class PartitionEvents:
    """Tells of the assets and checks of one registry, many in one write."""

    def __init__(
        self,
        context: dg.OpExecutionContext,
        partition: str,
        specs: Mapping[dg.AssetKey, dg.AssetSpec],
        checks: Mapping[dg.AssetCheckKey, dg.AssetCheckSpec],
    ) -> None:
        """Tell by the step of a context; `specs` and `checks` are all that it may tell of."""
        self._context, self._partition = context, partition
        self._specs, self._checks = specs, checks
        self._step = context.get_step_execution_context()
        self._versions: dict[dg.AssetKey, str] = {}

    def announce(self, keys: Iterable[dg.AssetKey]) -> None:
        """Tell that assets are about to be made: until they are they count as under way, then as failed."""
        self._store(
            [
                DagsterEvent.build_asset_materialization_planned_event(
                    self._context.job_name,
                    self._step.step.key,
                    AssetMaterializationPlannedData(key, partition=self._partition),
                )
                for key in keys
            ]
        )

    def announce_checks(self) -> None:
        """Tell that checks were due: those of a step that broke down count as not carried out."""
        subset = DefaultPartitionsSubset({self._partition})
        self._store(
            [
                self._event(
                    DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
                    AssetCheckEvaluationPlanned(
                        asset_key=key.asset_key, check_name=key.name, partitions_subset=subset
                    ),
                    f"{self._context.job_name} intends to execute asset check {key.name} on asset"
                    f" {key.asset_key.to_string()}",
                )
                for key in self._checks
            ]
        )

    def tell(self, results: Sequence[Told]) -> None:
        """Tell of checks, and of assets that were made, in this order."""
        before = self._before({one.asset_key for one in results if isinstance(one, dg.AssetCheckResult)})
        made = [key for one in results if isinstance(one, dg.MaterializeResult) and (key := one.asset_key)]
        pointers = self._pointers_of(made)
        self._store(
            [
                self._check_event(one, before)
                if isinstance(one, dg.AssetCheckResult)
                else self._asset_event(one, pointers)
                for one in results
            ]
        )

    def _asset_event(
        self, result: dg.MaterializeResult[Any], pointers: Mapping[dg.AssetKey, int | None]
    ) -> DagsterEvent:
        key = result.asset_key
        assert key is not None
        materialization = dg.AssetMaterialization(
            asset_key=key, partition=self._partition, metadata=result.metadata, tags=self._tags(key, pointers)
        )
        return self._event(
            DagsterEventType.ASSET_MATERIALIZATION,
            StepMaterializationData(materialization),
            f"Materialized value {materialization.label}.",
        )

    def _tags(self, key: dg.AssetKey, pointers: Mapping[dg.AssetKey, int | None]) -> dict[str, str]:
        """Tag what was made with the versions of its code and inputs: by them it is stale one day, or not."""
        code = self._specs[key].code_version or self._context.run.run_id
        inputs = {dep.asset_key: self._input_version(dep.asset_key) for dep in self._specs[key].deps}
        made = compute_logical_data_version(code, inputs).value
        self._versions[key] = made
        tags = {CODE_VERSION_TAG: code, DATA_VERSION_TAG: made}
        for dep, version in inputs.items():
            tags[get_input_data_version_tag(dep)] = version.value
            tags[get_input_event_pointer_tag(dep)] = str(pointers.get(dep) or NULL_EVENT_POINTER)
        return tags

    def _input_version(self, key: dg.AssetKey) -> DataVersion:
        version = self._versions.get(key)
        if version is None:
            told = self._context.instance.event_log_storage.get_latest_tags_by_partition(
                key,
                DagsterEventType.ASSET_MATERIALIZATION,
                [DATA_VERSION_TAG],
                asset_partitions=[self._partition],
            )
            if self._partition not in told:
                return DEFAULT_DATA_VERSION
            version = self._versions[key] = told[self._partition][DATA_VERSION_TAG]
        return DataVersion(hashlib.sha256(version.encode()).hexdigest())

    def _pointers_of(self, keys: Iterable[dg.AssetKey]) -> dict[dg.AssetKey, int | None]:
        deps = dict.fromkeys(dep.asset_key for key in keys for dep in self._specs[key].deps)
        found = self._context.instance.get_asset_records(list(deps)) if deps else ()
        return {one.asset_entry.asset_key: one.asset_entry.last_materialization_storage_id for one in found}

    def _check_event(
        self,
        result: dg.AssetCheckResult,
        before: Mapping[dg.AssetKey, AssetCheckEvaluationTargetMaterializationData | None],
    ) -> DagsterEvent:
        key, name = result.asset_key, result.check_name
        assert key is not None
        assert name is not None
        evaluation = dg.AssetCheckEvaluation(
            asset_key=key,
            check_name=name,
            passed=result.passed,
            metadata=result.metadata,
            target_materialization_data=before[key],
            severity=result.severity,
            blocking=self._checks[dg.AssetCheckKey(key, name)].blocking,
            partition=self._partition,
        )
        outcome = "passed." if result.passed else "did not pass."
        return self._event(
            DagsterEventType.ASSET_CHECK_EVALUATION,
            evaluation,
            f"Asset check '{name}' on '{key.to_user_string()}' {outcome}",
        )

    def _before(
        self, keys: Iterable[dg.AssetKey | None]
    ) -> dict[dg.AssetKey, AssetCheckEvaluationTargetMaterializationData | None]:
        """Find what checks look at, as Dagster does: the newest that was there before their step."""
        return {key: self._newest(key) for key in keys if key is not None}

    def _newest(self, key: dg.AssetKey) -> AssetCheckEvaluationTargetMaterializationData | None:
        found = self._context.instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=key, asset_partitions=[self._partition]), limit=1
        ).records
        return (
            AssetCheckEvaluationTargetMaterializationData(
                run_id=found[0].run_id, storage_id=found[0].storage_id, timestamp=found[0].timestamp
            )
            if found
            else None
        )

    def _event(self, kind: DagsterEventType, data: Any, message: str) -> DagsterEvent:
        return DagsterEvent(
            event_type_value=kind.value,
            job_name=self._context.job_name,
            step_handle=self._step.step.handle,
            node_handle=self._step.step.node_handle,
            step_kind_value=self._step.step.kind.value,
            logging_tags=self._step.event_tags,
            event_specific_data=data,
            message=message,
        )

    def _store(self, events: Sequence[DagsterEvent]) -> None:
        batch = str(uuid.uuid4())
        for number, event in enumerate(events, start=1):
            self._context.instance.report_dagster_event(
                event,
                self._context.run.run_id,
                logging.DEBUG,
                batch_metadata=DagsterEventBatchMetadata(batch, is_end=number == len(events)),
            )
