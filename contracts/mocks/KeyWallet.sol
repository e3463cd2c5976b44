// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title KeyWallet
/// @notice A contract account as wallets are: signs by a key that can be replaced, and calls what its key's holder says.
contract KeyWallet is IERC1271 {
    address public key;

    error NotKey(address caller);

    constructor(address key_) {
        key = key_;
    }

    function setKey(address key_) external {
        require(msg.sender == key, NotKey(msg.sender));
        key = key_;
    }

    function execute(address target, bytes calldata message) external {
        require(msg.sender == key, NotKey(msg.sender));
        (bool success, bytes memory answer) = target.call(message);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(hash, signature);
        bool valid = failure == ECDSA.RecoverError.NoError && signer == key;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
