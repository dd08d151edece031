import type { Data, DataType } from 'apache-arrow';
import {
  type ColumnType,
  type ColumnValues,
  isUtf8Column,
  type ListColumn,
  widthOf,
} from './columns.ts';
import type { Arrow } from './load-parquet.ts';
import { encodeUtf8, type Utf8Column } from './utf8-column.ts';

/** A column in Arrow's layout. */
export function arrowData(
  arrow: Arrow,
  name: string,
  type: ColumnType,
  values: ColumnValues<ColumnType>,
  length: number,
): Data {
  const shape = { length, nullCount: 0 };
  switch (type) {
    case 'utf8':
      return utf8Data(arrow, name, values as string[] | Utf8Column);
    case 'list<int32>': {
      const { offsets, values: items } = values as ListColumn<Int32Array>;
      const child = arrow.makeData({
        type: new arrow.Int32(),
        length: items.length,
        nullCount: 0,
        data: items,
      });
      return arrow.makeData({
        type: arrowType(arrow, type) as InstanceType<Arrow['List']>,
        ...shape,
        valueOffsets: offsets,
        child,
      });
    }
    case 'list<int64>': {
      const { offsets, values: items } = values as ListColumn<BigInt64Array>;
      const child = arrow.makeData({
        type: new arrow.Int64(),
        length: items.length,
        nullCount: 0,
        data: items,
      });
      return arrow.makeData({
        type: arrowType(arrow, type) as InstanceType<Arrow['List']>,
        ...shape,
        valueOffsets: offsets,
        child,
      });
    }
    case 'list<utf8>': {
      const { offsets, values: items } = values as ListColumn<string[] | Utf8Column>;
      return arrow.makeData({
        type: arrowType(arrow, type) as InstanceType<Arrow['List']>,
        ...shape,
        valueOffsets: offsets,
        child: utf8Data(arrow, name, items),
      });
    }
    default:
      return arrow.makeData({
        type: arrowType(arrow, type) as InstanceType<Arrow['Int32']>,
        ...shape,
        data: values as Int32Array,
      });
  }
}

/** Arrow's type of a column. */
export function arrowType(arrow: Arrow, type: ColumnType): DataType {
  switch (type) {
    case 'int32':
      return new arrow.Int32();
    case 'int64':
      return new arrow.Int64();
    case 'float32':
      return new arrow.Float32();
    case 'float64':
      return new arrow.Float64();
    case 'utf8':
      return new arrow.Utf8();
    case 'list<int32>':
      return new arrow.List(new arrow.Field('element', new arrow.Int32(), false));
    case 'list<int64>':
      return new arrow.List(new arrow.Field('element', new arrow.Int64(), false));
    case 'list<utf8>':
      return new arrow.List(new arrow.Field('element', new arrow.Utf8(), false));
    default:
      return new arrow.FixedSizeBinary(widthOf(type));
  }
}

/** Our name of an Arrow type; of a type that no column has, Arrow's own. */
export function typeName(arrow: Arrow, type: DataType): string {
  if (arrow.DataType.isList(type)) return `list<${typeName(arrow, type.valueType)}>`;
  if (arrow.DataType.isFixedSizeBinary(type)) return `binary(${type.byteWidth})`;
  return String(type as { toString(): string }).toLowerCase();
}

function utf8Data(arrow: Arrow, name: string, strings: string[] | Utf8Column): Data {
  const { offsets, bytes } = isUtf8Column(strings) ? strings : encodeUtf8(strings, name);
  return arrow.makeData({
    type: new arrow.Utf8(),
    length: offsets.length - 1,
    nullCount: 0,
    valueOffsets: offsets,
    data: bytes,
  });
}
