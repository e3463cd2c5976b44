// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IReceiveWithAuthorization} from "../interfaces/IReceiveWithAuthorization.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title TestStablecoin
/// @notice A stablecoin for devnets and tests: 6 decimals, ERC-2612 permit, EIP-3009 authorizations by keys and by contracts, free
/// to mint. Worth nothing.
contract TestStablecoin is ERC20, ERC20Permit, ERC3009, IReceiveWithAuthorization {
    constructor() ERC20("Test Dollar", "tUSD") ERC20Permit("Test Dollar") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @inheritdoc IReceiveWithAuthorization
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) external {
        require(to == msg.sender, ERC20InvalidReceiver(to));
        bytes32 structHash = keccak256(
            abi.encode(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)
        );
        bool valid = SignatureChecker.isValidSignatureNow(from, _hashTypedDataV4(structHash), signature);
        require(valid, ERC3009InvalidSignature());
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }
}
