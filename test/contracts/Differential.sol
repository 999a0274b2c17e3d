// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Every function is one call of the differential test: a seed decides what it does.
contract Differential {
    struct Item {
        uint128 amount;
        int64 delta;
        bool open;
        string name;
        uint16[] parts;
    }

    error Rejected(uint256 seed, string reason);
    error Plain();
    event Moved(address indexed from, address indexed to, uint256 amount);
    event Noted(string indexed topic, string text, bytes data) anonymous;
    event Step(uint256 indexed index, int256 value);

    mapping(address => uint256) private balances;
    mapping(address => mapping(bytes32 => uint64)) private allowances;
    Item[] private items;
    uint256[] private numbers;
    string private text;
    uint8 private small;
    int32 private narrow;
    address private owner;
    bytes private blob;
    uint256 transient private lock;

    function next(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }

    function ledger(uint256 seed, uint8 steps) external returns (uint256 total) {
        for (uint256 i; i < steps % 24; i++) {
            seed = next(seed);
            address from = address(uint160(seed % 5));
            address to = address(uint160((seed >> 16) % 5));
            uint256 amount = (seed >> 32) % 1000;
            balances[from] += amount;
            if (seed & 7 == 0) balances[to] -= amount;
            else balances[to] += amount / 2;
            allowances[from][bytes32(seed % 3)] = uint64(amount * steps);
            emit Moved(from, to, amount);
        }
        for (uint160 i; i < 5; i++) total += balances[address(i)];
    }

    function records(uint256 seed, string calldata name, uint16[] calldata parts)
        external
        returns (bytes memory)
    {
        for (uint256 i; i < 4; i++) {
            seed = next(seed);
            Item storage item = items.push();
            item.amount = uint128(seed);
            item.delta = int64(uint64(seed >> 128));
            item.open = seed & 1 == 1;
            item.name = string.concat(name, i % 2 == 0 ? "-even" : "-a suffix that does not fit in one word");
            item.parts = parts;
        }
        if (seed & 2 == 2) items.pop();
        delete items[0].parts;
        Item memory last = items[items.length - 1];
        return abi.encode(items.length, last, abi.encodePacked(last.amount, last.open, name));
    }

    function sort(uint256 seed, uint8 length) external returns (uint256[] memory sorted) {
        sorted = new uint256[](length % 40);
        for (uint256 i; i < sorted.length; i++) sorted[i] = (seed = next(seed)) % 1000;
        for (uint256 i = 1; i < sorted.length; i++) {
            uint256 value = sorted[i];
            uint256 at = i;
            for (; at > 0 && sorted[at - 1] > value; at--) sorted[at] = sorted[at - 1];
            sorted[at] = value;
        }
        numbers = sorted;
    }

    function arithmetic(uint256 a, int256 b, uint8 shift) external returns (bytes32) {
        unchecked {
            small = uint8(a * uint256(b));
            narrow = int32(b >> shift);
        }
        uint256 c = addmod(a, uint256(b), type(uint256).max - shift) ^ mulmod(a, a, 0xffff_ffff_ffff_ffff_ffff);
        int256 d = b / (shift == 0 ? int256(1) : int256(uint256(shift))) + b % 17;
        uint256 e = (a >> shift) | (a << (256 - uint256(shift))) | (uint256(shift) ** 3);
        emit Step(e, d);
        return keccak256(abi.encode(c, d, e, small, narrow));
    }

    function strict(uint256 a, uint256 b) external returns (uint256 result) {
        result = a + b;
        small = uint8(a);
        result = a * b - a / (b % 7);
        emit Step(result, int256(a));
    }

    function strings(string memory some, bytes memory data) external returns (string memory) {
        bytes memory raw = bytes(some);
        for (uint256 i; i < raw.length; i++) if (raw[i] >= "a" && raw[i] <= "z") raw[i] = bytes1(uint8(raw[i]) - 32);
        text = string(raw);
        blob = data;
        if (blob.length > 3) blob.pop();
        blob.push(0x7f);
        emit Noted(some, text, blob);
        return string.concat(text, ":", string(abi.encodePacked(keccak256(blob))));
    }

    function refuse(uint256 seed, string calldata reason, uint8 kind) external {
        owner = address(uint160(seed));
        emit Moved(owner, msg.sender, seed);
        kind %= 8;
        if (kind == 0) revert Rejected(seed, reason);
        if (kind == 1) revert Plain();
        require(kind != 2, reason);
        assert(kind != 3);
        if (kind == 4) numbers[seed % 3 + 1] = 1;
        if (kind == 5) numbers.pop();
        if (kind == 6) abi.decode(bytes(reason), (uint256, string));
        if (kind == 7) lock = seed;
    }

    function assembled(bytes calldata data, uint256 seed) external returns (bytes32 hash, uint256 zeros) {
        assembly {
            let free := mload(0x40)
            calldatacopy(free, data.offset, data.length)
            for { let i := 0 } lt(i, data.length) { i := add(i, 1) } {
                zeros := add(zeros, iszero(byte(0, mload(add(free, i)))))
            }
            mcopy(add(free, 5), free, data.length)
            tstore(seed, data.length)
            sstore(not(seed), add(tload(seed), 1))
            log2(free, data.length, seed, zeros)
            hash := keccak256(free, add(data.length, 5))
        }
    }
}
