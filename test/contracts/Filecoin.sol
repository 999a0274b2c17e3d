// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// What FEVM adds to the EVM, through Solidity: precompiles fe..01 to fe..06 and what opcodes
/// mean here. Addresses of Filecoin are raw bytes.
contract Filecoin {
    address constant RESOLVE_ADDRESS = 0xFE00000000000000000000000000000000000001;
    address constant LOOKUP_DELEGATED_ADDRESS = 0xfE00000000000000000000000000000000000002;
    address constant CALL_ACTOR = 0xfe00000000000000000000000000000000000003;
    address constant CALL_ACTOR_ID = 0xfe00000000000000000000000000000000000005;
    address constant GET_RANDOMNESS = 0xfE00000000000000000000000000000000000006;

    event Answer(int256 exitCode, uint64 codec, bytes data);
    event Received(address from, uint256 value);
    event NativeCall(uint64 method, uint64 codec, bytes params);

    uint256 public counter;

    receive() external payable {
        emit Received(msg.sender, msg.value);
    }

    function resolve(bytes calldata filecoinAddress) external view returns (bool success, bytes memory id) {
        return RESOLVE_ADDRESS.staticcall(filecoinAddress);
    }

    function delegatedAddress(uint64 id) external view returns (bool success, bytes memory filecoinAddress) {
        return LOOKUP_DELEGATED_ADDRESS.staticcall(abi.encode(id));
    }

    /// Method 0 is a plain transfer.
    function callActor(
        uint64 method,
        uint256 value,
        uint64 flags,
        uint64 codec,
        bytes calldata params,
        bytes calldata to
    ) external payable returns (int256, uint64, bytes memory) {
        (bool success, bytes memory output) =
            CALL_ACTOR.delegatecall(abi.encode(method, value, flags, codec, params, to));
        return answered(success, output);
    }

    function callActorById(
        uint64 method,
        uint256 value,
        uint64 flags,
        uint64 codec,
        bytes calldata params,
        uint64 id
    ) external payable returns (int256, uint64, bytes memory) {
        (bool success, bytes memory output) =
            CALL_ACTOR_ID.delegatecall(abi.encode(method, value, flags, codec, params, id));
        return answered(success, output);
    }

    /// Not by DELEGATECALL: refused.
    function callActorWrongly(bytes calldata to) external returns (bool success) {
        bytes memory none;
        (success,) = CALL_ACTOR.call(abi.encode(uint64(0), uint256(0), uint64(0), uint64(0), none, to));
    }

    function randomness(int64 epoch) external view returns (bool success, bytes memory digest) {
        return GET_RANDOMNESS.staticcall{gas: 100_000_000}(abi.encode(epoch));
    }

    function answered(bool success, bytes memory output) private returns (int256 exitCode, uint64 codec, bytes memory data) {
        require(success, "the precompile refused");
        (exitCode, codec, data) = abi.decode(output, (int256, uint64, bytes));
        emit Answer(exitCode, codec, data);
    }

    struct Environment {
        uint256 number;
        uint256 timestamp;
        uint256 chainId;
        uint256 gasLimit;
        uint256 baseFee;
        uint256 prevrandao;
        address coinbase;
        address origin;
        address caller;
    }

    function environment() external view returns (Environment memory) {
        return Environment(
            block.number,
            block.timestamp,
            block.chainid,
            block.gaslimit,
            block.basefee,
            block.prevrandao,
            block.coinbase,
            tx.origin,
            msg.sender
        );
    }

    /// The same inside of a transaction.
    Environment public seen;

    function see() external {
        seen = this.environment();
    }

    function blockHash(uint256 number) external view returns (bytes32) {
        return blockhash(number);
    }

    function codeOf(address who) external view returns (uint256 size, bytes32 hash) {
        return (who.code.length, who.codehash);
    }

    function count() external returns (uint256) {
        return ++counter;
    }

    function sendTo(address payable to) external payable {
        (bool success,) = to.call{value: msg.value}("");
        require(success, "sending failed");
    }

    /// Called by messages of other methods than InvokeEVM.
    function handle_filecoin_method(uint64 method, uint64 codec, bytes calldata params)
        external
        returns (uint32, uint64, bytes memory)
    {
        emit NativeCall(method, codec, params);
        return (0, codec, params);
    }

    function end(address payable heir) external {
        selfdestruct(heir);
    }
}

/// Runs another contract's code on its own storage.
contract Borrower {
    uint256 public counter;

    function borrow(address code, bytes calldata data) external returns (bytes memory) {
        (bool success, bytes memory answer) = code.delegatecall(data);
        require(success, "borrowed code failed");
        return answer;
    }
}

/// Made with CREATE2, ended, and made again at the same address.
contract Phoenix {
    uint256 public life;

    function live() external payable {
        life++;
    }

    function end(address payable heir) external {
        selfdestruct(heir);
    }
}

contract Nest {
    event Hatched(address phoenix);

    function hatch() external {
        emit Hatched(address(new Phoenix{salt: 0}()));
    }
}
